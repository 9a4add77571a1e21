import type { Micros } from "../../sim/time.ts";
import { bytesOf, hexOf } from "../hex.ts";
import { HASH_BYTES, type Hash, hashOf } from "./encoding/hash.ts";
import {
  type KeyPair,
  PUBLIC_KEY_BYTES,
  SIGNATURE_BYTES,
  type SignatureCheck,
} from "./encoding/keys.ts";
import {
  decodeList,
  encodeList,
  isMalformed,
  type Malformed,
  type RlpItem,
  type RlpList,
} from "./encoding/rlp.ts";
import { isSignedList, signList } from "./encoding/signed-list.ts";
import type { PublicKey } from "./transaction.ts";

/** What a block says of itself, apart from its signature. */
export interface HeaderFields {
  /** 0 for genesis. */
  readonly height: number;
  readonly parent: Hash;
  /** Root of the trie of all accounts after this block. */
  readonly stateRoot: Hash;
  /** Root of the trie of the body's transactions by their places, as in Ethereum. */
  readonly transactionsRoot: Hash;
  /** Since 1970, by its producer's wall clock. */
  readonly timestamp: Micros;
  readonly producer: PublicKey;
}

/** A header as it travels and is stored. */
export interface Header extends HeaderFields {
  /** The producer's, of the fields as RLP. Of genesis it is empty. */
  readonly signature: Uint8Array;
  /** Of `bytes`, signature and all. */
  readonly hash: Hash;
  readonly bytes: Uint8Array;
}

/** A block's transactions, each as RLP, in order. */
export type Body = readonly Uint8Array[];

export interface Block {
  readonly header: Header;
  readonly body: Body;
}

/** The most transactions that a body may have, whatever their gas: what a list may have as RLP. */
export const TRANSACTIONS_MAX = 65_536;

/** The longest header as RLP: four hashes or keys, two numbers, a signature and their prefixes. */
export const HEADER_BYTES_MAX = 2 + 4 * 33 + 2 * 8 + 66;

/** Signs what a block says of itself by its producer's keys, and encodes it. */
export function signHeader(fields: Omit<HeaderFields, "producer">, keys: KeyPair): Header {
  const whole = { ...fields, producer: hexOf(keys.publicKey) };
  const { bytes, signature } = signList("block", itemsOf(whole), keys);
  return { ...whole, signature, hash: hashOf(bytes), bytes };
}

/** The header of a genesis block: nobody has made it, so nobody has signed it. */
export function unsignedHeader(fields: Omit<HeaderFields, "producer">): Header {
  const whole = { ...fields, producer: NOBODY };
  const signature = new Uint8Array();
  const bytes = encodeList([...itemsOf(whole), signature]);
  return { ...whole, signature, hash: hashOf(bytes), bytes };
}

/** The producer of genesis. */
export const NOBODY: PublicKey = "00".repeat(PUBLIC_KEY_BYTES);

/**
 * Reads a header, strictly: there is one encoding of each. At height 0 it has no signature; above,
 * it has one, which is not checked.
 */
export function decodeHeader(bytes: Uint8Array): Header | Malformed {
  if (bytes.length > HEADER_BYTES_MAX) {
    const reason = `header: expected at most ${HEADER_BYTES_MAX} bytes, got ${bytes.length}`;
    return { kind: "malformed", reason };
  }
  const header = decodeList(bytes, "header", readHeader);
  return isMalformed(header) ? header : { ...header, hash: hashOf(bytes), bytes };
}

/** Whether its producer has signed it; of genesis: no. */
export function isSignedHeader(
  { height, producer, bytes }: Header,
  signatures: SignatureCheck,
): boolean {
  return height > 0 && isSignedList(signatures, "block", bytesOf(producer), bytes);
}

/** A block as RLP: its header, and the list of its transactions, each as a string of bytes. */
export function encodeBlock({ header, body }: Block): Uint8Array {
  return encodeList([header.bytes, body]);
}

/** Reads what {@link encodeBlock} wrote, strictly; the transactions themselves are not decoded. */
export function decodeBlock(bytes: Uint8Array): Block | Malformed {
  const parts = decodeList(bytes, "block", (list) => ({
    headerBytes: list.bytesUpTo("header", HEADER_BYTES_MAX),
    body: list.each("body", TRANSACTIONS_MAX, (item) => item.bytesUpTo("", bytes.length)),
  }));
  if (isMalformed(parts)) return parts;
  const header = decodeHeader(parts.headerBytes);
  return isMalformed(header) ? header : { header, body: parts.body };
}

/** How long a body is as RLP: what {@link encodeBlock} writes of it. O(transactions). */
export function bodyBytes(body: Body): number {
  return listBytes(body.reduce((sum, bytes) => sum + stringBytes(bytes), 0));
}

/** How long a list is as RLP whose items take so many bytes. Yellow paper, appendix B. */
export function listBytes(contentBytes: number): number {
  return prefixBytes(contentBytes) + contentBytes;
}

/** How long bytes are as an RLP string. Yellow paper, appendix B. */
export function stringBytes(bytes: Uint8Array): number {
  if (bytes.length === 1 && bytes[0]! < 0x80) return 1;
  return prefixBytes(bytes.length) + bytes.length;
}

function prefixBytes(contentBytes: number): number {
  if (contentBytes <= 55) return 1;
  let size = 1;
  for (let rest = contentBytes; rest > 0; rest = Math.floor(rest / 256)) size++;
  return size;
}

function itemsOf(fields: HeaderFields): RlpItem[] {
  const { height, parent, stateRoot, transactionsRoot, timestamp, producer } = fields;
  const roots = [bytesOf(stateRoot), bytesOf(transactionsRoot)];
  return [height, bytesOf(parent), ...roots, timestamp, bytesOf(producer)];
}

function readHeader(list: RlpList): HeaderFields & { readonly signature: Uint8Array } {
  const height = list.number("height");
  return {
    height,
    parent: hexOf(list.bytes("parent", HASH_BYTES)),
    stateRoot: hexOf(list.bytes("stateRoot", HASH_BYTES)),
    transactionsRoot: hexOf(list.bytes("transactionsRoot", HASH_BYTES)),
    timestamp: list.number("timestamp"),
    producer: hexOf(list.bytes("producer", PUBLIC_KEY_BYTES)),
    signature: list.bytes("signature", height === 0 ? 0 : SIGNATURE_BYTES),
  };
}
