import { fail } from "../../sim/assert.ts";
import type { Disk, DiskError, NodeId } from "../../sim/env.ts";
import { ByteReader, type ByteWriter, type Codec } from "../codec.ts";
import { Journal, type JournalState, type Recovery, readRecords } from "../journal.ts";
import type { Configuration } from "./configuration.ts";
import { appendEntry, type Entry, emptyLog, type RaftLog, truncateFrom } from "./log.ts";

/** The journal's file. */
export const RAFT_FILE = "raft.journal";

/** What Raft must not forget (figure 2, "persistent state"). */
export interface Persistent<Command> {
  term: number;
  votedFor: NodeId | undefined;
  log: RaftLog<Command>;
  /** What was known to be committed when the last change was appended; see `saveCommit`. */
  commit: number;
}

const VOTE_RECORD = 1;
const BLANK_RECORD = 2;
const COMMAND_RECORD = 3;
const CHANGE_RECORD = 4;
const COMMIT_RECORD = 5;

/** Term, vote and log on disk. Nothing is durable before the sync that follows. */
export class RaftStorage<Command> {
  readonly #journal: Journal;
  readonly #codec: Codec<Command>;

  /** `journal` gives the member's memory of its journal. */
  constructor(disk: Disk, codec: Codec<Command>, journal: () => JournalState) {
    this.#journal = new Journal(disk, RAFT_FILE, journal);
    this.#codec = codec;
  }

  /** Reads everything back, of a rotten journal nothing. A torn tail is cut: that needs a sync. */
  load(): Persistent<Command> & Omit<Recovery, "records"> {
    const { records, ...found } = this.#journal.open();
    const persistent = emptyPersistent<Command>();
    for (const record of records) replay(persistent, record, this.#codec);
    return { ...persistent, ...found };
  }

  /** How many bytes the last record takes in the file, or would have taken. */
  get recordBytes(): number {
    return this.#journal.recordBytes;
  }

  saveVote(term: number, votedFor: NodeId | undefined): DiskError | undefined {
    const writer = this.#journal.begin();
    writer.byte(VOTE_RECORD);
    writer.count(term);
    writer.text(votedFor ?? "");
    return this.#journal.append();
  }

  /** Encodes an entry, to be saved next; returns its size in bytes, without the record's header. */
  encodeEntry({ index, term, command, configuration }: Entry<Command>): number {
    const writer = this.#journal.begin();
    const headerBytes = writer.sizeBytes;
    if (configuration !== undefined) writer.byte(CHANGE_RECORD);
    else writer.byte(command === undefined ? BLANK_RECORD : COMMAND_RECORD);
    writer.count(index);
    writer.count(term);
    if (configuration !== undefined) encodeConfiguration(configuration, writer);
    else if (command !== undefined) this.#codec.encode(command, writer);
    return writer.sizeBytes - headerBytes;
  }

  /**
   * Saves what is committed. A member that holds a change knows, restarted or not, the one before:
   * else it could decide with majorities that the others have left two changes behind.
   */
  saveCommit(index: number): DiskError | undefined {
    const writer = this.#journal.begin();
    writer.byte(COMMIT_RECORD);
    writer.count(index);
    return this.#journal.append();
  }

  /**
   * Saves the entry that was encoded last: in place of one with its index, and of all behind it.
   */
  saveEntry(): DiskError | undefined {
    return this.#journal.append();
  }
}

/** What a member that has never run remembers. */
export function emptyPersistent<Command>(): Persistent<Command> {
  return { term: 0, votedFor: undefined, log: emptyLog(), commit: 0 };
}

/** Adds what one record says. Records are replayed in the order in which they were written. */
export function replay<Command>(
  persistent: Persistent<Command>,
  record: Uint8Array,
  codec: Codec<Command>,
): void {
  const reader = new ByteReader(record, 0);
  const kind = kindOf(reader);
  if (kind === VOTE_RECORD) {
    persistent.term = reader.count();
    persistent.votedFor = nobodyIfEmpty(reader.text());
    return;
  }
  if (kind === COMMIT_RECORD) {
    persistent.commit = reader.count();
    return;
  }
  const entry = decodeEntry(kind, reader, codec);
  const { log } = persistent;
  if (entry.index <= log.lastIndex) truncateFrom(log, entry.index);
  appendEntry(log, entry, record.length);
}

function decodeEntry<Command>(
  kind: number,
  reader: ByteReader,
  codec: Codec<Command>,
): Entry<Command> {
  const index = reader.count();
  const term = reader.count();
  if (kind === CHANGE_RECORD) {
    return { index, term, command: undefined, configuration: decodeConfiguration(reader) };
  }
  return { index, term, command: kind === BLANK_RECORD ? undefined : codec.decode(reader) };
}

const PARTS = ["voters", "outgoing", "learners", "learnersNext", "joining"] as const;

function encodeConfiguration(configuration: Configuration, writer: ByteWriter): void {
  for (const part of PARTS) {
    writer.count(configuration[part].length);
    for (const id of configuration[part]) writer.text(id);
  }
}

function decodeConfiguration(reader: ByteReader): Configuration {
  const parts = PARTS.map((part) => {
    const ids = Array.from({ length: reader.count() }, () => reader.text());
    return [part, ids] as const;
  });
  // One list for each of its parts.
  return Object.fromEntries(parts) as unknown as Configuration;
}

/** What is durable, without the commands: all that a judge of promises needs. */
export interface DurableTerms {
  term: number;
  votedFor: NodeId | undefined;
  /** By index - 1, the terms of the log's entries. */
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
    const kind = kindOf(reader);
    if (kind === COMMIT_RECORD) return;
    if (kind === VOTE_RECORD) {
      durable.term = reader.count();
      durable.votedFor = nobodyIfEmpty(reader.text());
      return;
    }
    const index = reader.count();
    if (index <= durable.terms.length) durable.terms.length = index - 1;
    durable.terms.push(reader.count());
  });
}

function kindOf(reader: ByteReader): number {
  const kind = reader.byte();
  if (kind < VOTE_RECORD || kind > COMMIT_RECORD) fail("a record of unknown kind", kind);
  return kind;
}

function nobodyIfEmpty(name: string): NodeId | undefined {
  return name === "" ? undefined : name;
}
