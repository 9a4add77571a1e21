// What is in the files of a chain: each segment is a journal that begins with a start record, and
// has one record for each block, with the accounts that it changed, so that a block and what it has
// made of the accounts are both there or both not.

import { ByteReader, type ByteWriter } from "../../codec.ts";
import { bytesOf, hexOf } from "../../hex.ts";
import { type Block, decodeHeader, type Header } from "../block.ts";
import { HASH_BYTES, type Hash } from "../encoding/hash.ts";
import { isMalformed, type Malformed } from "../encoding/rlp.ts";
import type { TrieChange, TrieEntry } from "../trie/trie.ts";

/** What a segment begins with. */
export interface SegmentStart {
  readonly kind: "start";
  /** Of the chain. */
  readonly genesis: Hash;
  /** How long the segment before it was in the end; 0 for the first one. */
  readonly previousBytes: number;
  /** A block and all accounts after it, from which the chain can be read without what is before. */
  readonly base: SegmentBase | undefined;
}

export interface SegmentBase {
  readonly header: Header;
  readonly accounts: readonly TrieEntry[];
}

/** A block that was imported, and the accounts that are not what they were after its parent. */
export interface BlockRecord {
  readonly kind: "block";
  readonly block: Block;
  readonly changes: readonly TrieChange[];
}

/** The file of a segment; segments have numbers from 1 on, without gaps. */
export function segmentFile(number: number): string {
  return `${PREFIX}${String(number).padStart(DIGITS, "0")}`;
}

/** The number of a segment's file; undefined for any other file. */
export function segmentNumber(file: string): number | undefined {
  if (!file.startsWith(PREFIX)) return undefined;
  const number = Number(file.slice(PREFIX.length));
  return segmentFile(number) === file ? number : undefined;
}

const PREFIX = "blocks-";
const DIGITS = 8;

const START = 0;
const BLOCK = 1;

/** Writes the first record of a segment. */
export function writeStart(writer: ByteWriter, start: Omit<SegmentStart, "kind">): void {
  const { genesis, previousBytes, base } = start;
  writer.byte(START);
  writer.raw(bytesOf(genesis), 0, HASH_BYTES);
  writer.count(previousBytes);
  writer.byte(base === undefined ? 0 : 1);
  if (base === undefined) return;
  writer.bytesOf(base.header.bytes);
  writeChanges(writer, base.accounts);
}

/** Writes the record of a block. */
export function writeBlock(
  writer: ByteWriter,
  { header, body }: Block,
  changes: readonly TrieChange[],
): void {
  writer.byte(BLOCK);
  writer.bytesOf(header.bytes);
  writer.count(body.length);
  for (const transaction of body) writer.bytesOf(transaction);
  writeChanges(writer, changes);
}

/** Reads a record whose checksum is right. */
export function readRecord(payload: Uint8Array): SegmentStart | BlockRecord | Malformed {
  const reader = new ByteReader(payload, 0);
  return reader.byte() === START ? readStart(reader) : readBlock(reader);
}

function readStart(reader: ByteReader): SegmentStart | Malformed {
  const genesis = hexOf(Uint8Array.from({ length: HASH_BYTES }, () => reader.byte()));
  const previousBytes = reader.count();
  if (reader.byte() === 0) return { kind: "start", genesis, previousBytes, base: undefined };
  const header = decodeHeader(reader.bytesOf());
  if (isMalformed(header)) return header;
  const accounts = readChanges(reader).flatMap(({ key, value }) =>
    value === undefined ? [] : [{ key, value }],
  );
  return { kind: "start", genesis, previousBytes, base: { header, accounts } };
}

function readBlock(reader: ByteReader): BlockRecord | Malformed {
  const header = decodeHeader(reader.bytesOf());
  if (isMalformed(header)) return header;
  const body = Array.from({ length: reader.count() }, () => reader.bytesOf());
  return { kind: "block", block: { header, body }, changes: readChanges(reader) };
}

/** A value of no bytes stands for none: no account is so short. */
function writeChanges(writer: ByteWriter, changes: readonly TrieChange[]): void {
  writer.count(changes.length);
  for (const { key, value } of changes) {
    writer.bytesOf(key);
    writer.bytesOf(value ?? NO_VALUE);
  }
}

function readChanges(reader: ByteReader): TrieChange[] {
  return Array.from({ length: reader.count() }, () => {
    const key = reader.bytesOf();
    const value = reader.bytesOf();
    return { key, value: value.length === 0 ? undefined : value };
  });
}

const NO_VALUE = new Uint8Array(0);
