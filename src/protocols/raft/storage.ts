import { assert } from "../../sim/assert.ts";
import type { Disk, DiskError, NodeId } from "../../sim/env.ts";
import { ByteReader, type Codec } from "../codec.ts";
import { Journal, type Recovery, readRecords } from "../journal.ts";
import { appendEntry, type Entry, emptyLog, type RaftLog, truncateFrom } from "./log.ts";

/** The journal's file. */
export const RAFT_FILE = "raft.journal";

/** What Raft must not forget (figure 2, "persistent state"). */
export interface Persistent<Command> {
  term: number;
  votedFor: NodeId | undefined;
  log: RaftLog<Command>;
}

const VOTE_RECORD = 1;
const BLANK_RECORD = 2;
const COMMAND_RECORD = 3;

/** Term, vote and log on disk. Nothing is durable before the sync that follows. */
export class RaftStorage<Command> {
  readonly #journal: Journal;
  readonly #codec: Codec<Command>;

  constructor(disk: Disk, codec: Codec<Command>) {
    this.#journal = new Journal(disk, RAFT_FILE);
    this.#codec = codec;
  }

  /** Reads everything back. A torn tail is cut, which needs a sync. */
  load(): Persistent<Command> & Omit<Recovery, "records"> {
    const { records, tornBytes, error } = this.#journal.open();
    const persistent = emptyPersistent<Command>();
    for (const record of records) replay(persistent, record, this.#codec);
    return { ...persistent, tornBytes, error };
  }

  saveVote(term: number, votedFor: NodeId | undefined): DiskError | undefined {
    const writer = this.#journal.begin();
    writer.byte(VOTE_RECORD);
    writer.count(term);
    writer.text(votedFor ?? "");
    return this.#journal.append();
  }

  /** The entry takes the place of one with its index, and of all that followed it. */
  saveEntry({ index, term, command }: Entry<Command>): DiskError | undefined {
    const writer = this.#journal.begin();
    writer.byte(command === undefined ? BLANK_RECORD : COMMAND_RECORD);
    writer.count(index);
    writer.count(term);
    if (command !== undefined) this.#codec.encode(command, writer);
    return this.#journal.append();
  }
}

/** What a member that has never run remembers. */
export function emptyPersistent<Command>(): Persistent<Command> {
  return { term: 0, votedFor: undefined, log: emptyLog() };
}

/** Adds what one record says. Records are replayed in the order in which they were written. */
export function replay<Command>(
  persistent: Persistent<Command>,
  record: Uint8Array,
  codec: Codec<Command>,
): void {
  const reader = new ByteReader(record, 0);
  const head = readHead(reader);
  if (head.kind === "vote") {
    persistent.term = head.term;
    persistent.votedFor = head.votedFor;
    return;
  }
  const { index, term, isBlank } = head;
  const command = isBlank ? undefined : codec.decode(reader);
  if (index <= persistent.log.lastIndex) truncateFrom(persistent.log, index);
  appendEntry(persistent.log, { index, term, command });
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
  return readRecords(bytes, from, to, (start) => {
    const head = readHead(new ByteReader(bytes, start));
    if (head.kind === "vote") {
      durable.term = head.term;
      durable.votedFor = head.votedFor;
    } else {
      if (head.index <= durable.terms.length) durable.terms.length = head.index - 1;
      durable.terms.push(head.term);
    }
  });
}

type Head =
  | { readonly kind: "vote"; readonly term: number; readonly votedFor: NodeId | undefined }
  | {
      readonly kind: "entry";
      readonly index: number;
      readonly term: number;
      readonly isBlank: boolean;
    };

/** Reads a record up to where a command begins. */
function readHead(reader: ByteReader): Head {
  const kind = reader.byte();
  if (kind === VOTE_RECORD) {
    const term = reader.count();
    const votedFor = reader.text();
    return { kind: "vote", term, votedFor: votedFor === "" ? undefined : votedFor };
  }
  assert(kind === BLANK_RECORD || kind === COMMAND_RECORD, "a record of unknown kind", kind);
  const index = reader.count();
  const term = reader.count();
  return { kind: "entry", index, term, isBlank: kind === BLANK_RECORD };
}
