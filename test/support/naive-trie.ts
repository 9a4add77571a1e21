// A Merkle Patricia trie as the yellow paper writes it down (appendix D, the function c): from all
// entries, by recursion, with the library's RLP. To compare with.

import { RLP } from "@ethereumjs/rlp";
import { keccak_256 } from "@noble/hashes/sha3.js";

/** A key in hexadecimal digits, each a nibble, and its value. */
export type NaiveEntry = readonly [digits: string, value: Uint8Array];

type Structure = Uint8Array | Structure[];

export function naiveRoot(entries: readonly NaiveEntry[]): Uint8Array {
  return keccak_256(RLP.encode(structureOf(entries, 0) as Uint8Array[]));
}

function structureOf(entries: readonly NaiveEntry[], depth: number): Structure {
  if (entries.length === 0) return new Uint8Array(0);
  const [[first, value]] = entries as [NaiveEntry];
  if (entries.length === 1) return [hexPrefix(first.slice(depth), true), value];
  let shared = depth;
  while (entries.every(([digits]) => shared < digits.length && digits[shared] === first[shared])) {
    shared++;
  }
  if (shared > depth) {
    return [hexPrefix(first.slice(depth, shared), false), nodeOf(entries, shared)];
  }
  const own = entries.find(([digits]) => digits.length === depth);
  const children = [..."0123456789abcdef"].map((digit) => {
    return nodeOf(
      entries.filter(([digits]) => digits[depth] === digit),
      depth + 1,
    );
  });
  return [...children, own === undefined ? new Uint8Array(0) : own[1]];
}

function nodeOf(entries: readonly NaiveEntry[], depth: number): Structure {
  const structure = structureOf(entries, depth);
  const encoding = RLP.encode(structure as Uint8Array[]);
  return entries.length === 0 || encoding.length < 32 ? structure : keccak_256(encoding);
}

function hexPrefix(digits: string, isLeaf: boolean): Uint8Array {
  const isOdd = digits.length % 2 === 1;
  const flags = (isLeaf ? 2 : 0) + (isOdd ? 1 : 0);
  return Uint8Array.from(Buffer.from(`${flags}${isOdd ? "" : "0"}${digits}`, "hex"));
}
