// A second opinion on proofs of accounts: the plain way, on texts of nibbles. It shares with the
// protocol nothing but the hash. Source: Ethereum Yellow Paper, appendices B (RLP) and D (trie).

import { hashOf } from "../protocols/block-sync/encoding/hash.ts";
import { hexOf } from "../protocols/hex.ts";

/** What RLP holds. */
type Item = Uint8Array | readonly Item[];

/**
 * The value of a key in the trie of a root, as a proof shows it; "absent" when it shows that there
 * is none, and a message when it shows nothing.
 */
export function provenValue(
  root: string,
  key: Uint8Array,
  proof: readonly Uint8Array[],
): Uint8Array | "absent" | { readonly broken: string } {
  const nodes = new Map(proof.map((bytes) => [hashOf(bytes), bytes]));
  let rest = hexOf(key);
  let place: Item | undefined;
  for (;;) {
    const node = place === undefined ? nodeOf(nodes, root) : referred(nodes, place);
    if (node === "absent" || "broken" in node) return node;
    if (node.length === 17) {
      place = node[Number.parseInt(rest[0]!, 16)]!;
      rest = rest.slice(1);
      continue;
    }
    const [path, next] = node;
    if (!(path instanceof Uint8Array) || next === undefined) return { broken: "an odd node" };
    const nibbles = hexOf(path);
    // The first nibble says whether it is a leaf (2, 3), and whether the path begins with the next.
    const isLeaf = nibbles[0]! >= "2";
    const part = nibbles.slice(nibbles[0] === "1" || nibbles[0] === "3" ? 1 : 2);
    if (isLeaf) {
      if (part !== rest) return "absent";
      return next instanceof Uint8Array ? next : { broken: "a value that is a list" };
    }
    if (!rest.startsWith(part)) return "absent";
    place = next;
    rest = rest.slice(part.length);
  }
}

type Found = readonly Item[] | "absent" | { readonly broken: string };

function nodeOf(nodes: ReadonlyMap<string, Uint8Array>, hash: string): Found {
  const bytes = nodes.get(hash);
  // The root of a trie without anything is the hash of an empty text.
  if (bytes === undefined && hash === hashOf(Uint8Array.of(0x80))) return "absent";
  if (bytes === undefined) return { broken: `node ${hash} is missing` };
  const [item] = decode(bytes, 0);
  return item instanceof Uint8Array ? { broken: "a node that is no list" } : item;
}

/** A node within its parent, or by its hash. */
function referred(nodes: ReadonlyMap<string, Uint8Array>, place: Item): Found {
  if (!(place instanceof Uint8Array)) return place;
  return place.length === 0 ? "absent" : nodeOf(nodes, hexOf(place));
}

/** The item that begins there, and where the next one does. */
function decode(bytes: Uint8Array, at: number): readonly [item: Item, end: number] {
  const first = bytes[at]!;
  if (first < 0x80) return [bytes.subarray(at, at + 1), at + 1];
  const isList = first >= 0xc0;
  const short = first - (isList ? 0xc0 : 0x80);
  const lengthBytes = Math.max(0, short - 55);
  const start = at + 1 + lengthBytes;
  const length = lengthBytes === 0 ? short : numberOf(bytes.subarray(at + 1, start));
  const end = start + length;
  if (!isList) return [bytes.subarray(start, end), end];
  const items: Item[] = [];
  for (let next = start; next < end; ) {
    const [item, after] = decode(bytes, next);
    items.push(item);
    next = after;
  }
  return [items, end];
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** Nonce and balance of an account in a trie. */
export function accountIn(value: Uint8Array): readonly [nonce: number, balance: number] {
  const [item] = decode(value, 0);
  const [nonce, balance] = item instanceof Uint8Array ? [] : item;
  const number = (part: Item | undefined): number =>
    part instanceof Uint8Array ? numberOf(part) : Number.NaN;
  return [number(nonce), number(balance)];
}
