// The records of a member's journal, and how they are read.

import { fail } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { ByteReader, type ByteWriter, type Codec } from "../codec.ts";
import { readRecords } from "../journal-record.ts";
import type { MemberId } from "./identity.ts";
import { appendEntry, type Entry, emptyLog, type RaftLog, truncateFrom } from "./log.ts";
import { configurations, names, readIndex, readSnapshot, type Snapshot } from "./snapshot.ts";

/** What Raft must not forget (figure 2, "persistent state"; §7 for the snapshot). */
export interface Persistent<Command> {
  /** Who the member is; undefined while nothing was ever durable here. */
  member: MemberId | undefined;
  /** Who voted at first, if it was one of them. */
  founders: readonly MemberId[];
  term: number;
  votedFor: NodeId | undefined;
  log: RaftLog<Command>;
  /** What was known to be committed when the last change was appended; see `saveCommit`. */
  commit: number;
  /** What the log's entries up to some index have come to. */
  snapshot: Snapshot | undefined;
}

const VOTE_RECORD = 1;
const BLANK_RECORD = 2;
const COMMAND_RECORD = 3;
const CHANGE_RECORD = 4;
const COMMIT_RECORD = 5;
const SNAPSHOT_RECORD = 6;
const BASE_RECORD = 7;
const MEMBER_RECORD = 8;

/** Who the member is, and who votes at first if it is one of them. */
export function writeMember(
  writer: ByteWriter,
  member: MemberId,
  founders: readonly MemberId[],
): void {
  writer.byte(MEMBER_RECORD);
  writer.text(member);
  names.encode(founders, writer);
}

/** A term, and who has got the member's vote in it. */
export function writeVote(writer: ByteWriter, term: number, votedFor: NodeId | undefined): void {
  writer.byte(VOTE_RECORD);
  writer.count(term);
  writer.text(votedFor ?? "");
}

/** What is committed. */
export function writeCommit(writer: ByteWriter, index: number): void {
  writer.byte(COMMIT_RECORD);
  writer.count(index);
}

/** Only at the beginning of a journal. */
export function writeSnapshot(writer: ByteWriter, { bytes }: Snapshot): void {
  writer.byte(SNAPSHOT_RECORD);
  writer.bytesOf(bytes);
}

/** Only behind a snapshot: the entry before the first that follows. */
export function writeBase(writer: ByteWriter, index: number, term: number): void {
  writer.byte(BASE_RECORD);
  writer.count(index);
  writer.count(term);
}

/** An entry, in place of one of its index and of all behind it. */
export function writeEntry<Command>(
  writer: ByteWriter,
  { index, term, command, configuration }: Entry<Command>,
  codec: Codec<Command>,
): void {
  if (configuration !== undefined) writer.byte(CHANGE_RECORD);
  else writer.byte(command === undefined ? BLANK_RECORD : COMMAND_RECORD);
  writer.count(index);
  writer.count(term);
  if (configuration !== undefined) configurations.encode(configuration, writer);
  else if (command !== undefined) codec.encode(command, writer);
}

/** What an empty disk remembers. */
export function emptyPersistent<Command>(): Persistent<Command> {
  const nobody = { member: undefined, founders: [], votedFor: undefined };
  return { ...nobody, term: 0, log: emptyLog(), commit: 0, snapshot: undefined };
}

/** Adds what one record says. Records are replayed in the order in which they were written. */
export function replay<Command>(
  persistent: Persistent<Command>,
  record: Uint8Array,
  codec: Codec<Command>,
): void {
  const reader = new ByteReader(record, 0);
  const kind = kindOf(reader);
  switch (kind) {
    case VOTE_RECORD:
      persistent.term = reader.count();
      persistent.votedFor = nobodyIfEmpty(reader.text());
      break;
    case COMMIT_RECORD:
      persistent.commit = reader.count();
      break;
    case SNAPSHOT_RECORD:
      persistent.snapshot = readSnapshot(reader.bytesOf());
      break;
    case BASE_RECORD:
      persistent.log = emptyLog(reader.count(), reader.count());
      break;
    case MEMBER_RECORD:
      persistent.member = reader.text();
      persistent.founders = names.decode(reader);
      break;
    default: {
      const entry = decodeEntry(kind, reader, codec);
      const { log } = persistent;
      if (entry.index <= log.lastIndex) truncateFrom(log, entry.index);
      appendEntry(log, entry, record.length);
    }
  }
}

function decodeEntry<Command>(
  kind: number,
  reader: ByteReader,
  codec: Codec<Command>,
): Entry<Command> {
  const index = reader.count();
  const term = reader.count();
  if (kind === CHANGE_RECORD) {
    return { index, term, command: undefined, configuration: configurations.decode(reader) };
  }
  return { index, term, command: kind === BLANK_RECORD ? undefined : codec.decode(reader) };
}

/** What is durable, without the commands: all that a judge of promises needs. */
export interface DurableTerms {
  term: number;
  votedFor: NodeId | undefined;
  /** The last entry that a snapshot stands for; 0 without one. */
  snapshotIndex: number;
  /** How many entries were compacted; of the others, by index - 1 - compacted, the terms. */
  compacted: number;
  terms: number[];
}

/**
 * Takes in the records in bytes [from, to) of the journal's file and returns where the valid ones
 * end. For those who look at a disk from outside.
 */
export function readDurableTerms(
  durable: DurableTerms,
  bytes: Uint8Array,
  from: number,
  to: number,
): number {
  const reader = new ByteReader(bytes, from);
  return readRecords(bytes, from, to, (start) => {
    reader.moveTo(start);
    readDurableRecord(durable, reader);
  });
}

function readDurableRecord(durable: DurableTerms, reader: ByteReader): void {
  const kind = kindOf(reader);
  switch (kind) {
    case COMMIT_RECORD:
    case MEMBER_RECORD:
      break;
    case VOTE_RECORD:
      durable.term = reader.count();
      durable.votedFor = nobodyIfEmpty(reader.text());
      break;
    case SNAPSHOT_RECORD:
      // Behind its length.
      reader.count();
      durable.snapshotIndex = readIndex(reader);
      break;
    case BASE_RECORD:
      durable.compacted = reader.count();
      break;
    default: {
      const index = reader.count();
      const place = index - 1 - durable.compacted;
      if (place < 0) fail("a journal that begins behind", durable.compacted, "has entry", index);
      if (place < durable.terms.length) durable.terms.length = place;
      durable.terms.push(reader.count());
    }
  }
}

function kindOf(reader: ByteReader): number {
  const kind = reader.byte();
  if (kind < VOTE_RECORD || kind > MEMBER_RECORD) fail("a record of unknown kind", kind);
  return kind;
}

function nobodyIfEmpty(name: string): NodeId | undefined {
  return name === "" ? undefined : name;
}
