import { fail } from "../../sim/assert.ts";
import type { Disk, DiskError, NodeId } from "../../sim/env.ts";
import type { ByteWriter, Codec } from "../codec.ts";
import { Journal, type JournalState, newJournalState, type Recovery } from "../journal.ts";
import type { MemberId } from "./identity.ts";
import { type Entry, entryAt, termAt } from "./log.ts";
import {
  emptyPersistent,
  type Persistent,
  replay,
  writeBase,
  writeCommit,
  writeEntry,
  writeMember,
  writeSnapshot,
  writeVote,
} from "./records.ts";
import type { Snapshot } from "./snapshot.ts";

/** The journal's file. */
export const RAFT_FILE = "raft.journal";

/** What is to become the journal: it begins with a snapshot, and the log behind it is short. */
export const NEXT_RAFT_FILE = "raft.journal.next";

/** What a member remembers of its journals, as plain data in its own memory. */
export interface Journals {
  journal: JournalState;
  /** The one that takes its place as soon as it is durable. */
  next: NextJournal | undefined;
}

/** A journal that begins with a snapshot. Until it has its name, both are written. */
export interface NextJournal {
  readonly journal: JournalState;
  readonly snapshot: Snapshot;
  /** The entry before the first that it holds. */
  readonly base: number;
  /** How many writes there were when it was complete: when they are durable, it is. */
  after: number;
  /** The leader that has sent the snapshot; undefined when the member has taken it itself. */
  readonly from: NodeId | undefined;
}

/** What a journal that begins with a snapshot holds besides it. */
type Replaced<Command> = Omit<Persistent<Command>, "snapshot" | "founders" | "member"> & {
  readonly member: MemberId;
};

/**
 * Who the member is, term, vote, log and snapshot on disk, in one file; nothing is durable before
 * the sync that follows. A snapshot goes, with the log behind it, into a new file that is renamed
 * once it is durable: a crash leaves the one or the other, whole. What comes meanwhile is written
 * to both.
 */
export class RaftStorage<Command> {
  readonly #disk: Disk;
  readonly #journal: Journal;
  readonly #next: Journal;
  readonly #codec: Codec<Command>;
  readonly #journals: () => Journals;

  /** `journals` gives the member's memory of its journals. */
  constructor(disk: Disk, codec: Codec<Command>, journals: () => Journals) {
    this.#disk = disk;
    this.#codec = codec;
    this.#journals = journals;
    this.#journal = new Journal(disk, RAFT_FILE, () => journals().journal);
    this.#next = new Journal(disk, NEXT_RAFT_FILE, () => {
      return journals().next?.journal ?? fail("no next journal");
    });
  }

  /**
   * Reads everything back, of a rotten journal nothing, and tells whether there was anything at
   * all. With a torn tail, sync and {@link cutTorn} before anything is saved.
   */
  load(): Persistent<Command> & Omit<Recovery, "records"> & { readonly isBlank: boolean } {
    this.#removeNext();
    const { records, ...found } = this.#journal.open();
    const persistent = emptyPersistent<Command>();
    for (const record of records) replay(persistent, record, this.#codec);
    return { ...persistent, ...found, isBlank: records.length === 0 };
  }

  /** Cuts off what is left of a torn tail: it is durable that nothing of it comes back. */
  cutTorn(): DiskError | undefined {
    return this.#journal.cut();
  }

  /** How many bytes the last record takes in the file, or would have taken. */
  get recordBytes(): number {
    return this.#journal.recordBytes;
  }

  /** Who the member is from now on. */
  saveMember(member: MemberId): DiskError | undefined {
    writeMember(this.#journal.begin(), member, []);
    return this.#append();
  }

  saveVote(term: number, votedFor: NodeId | undefined): DiskError | undefined {
    writeVote(this.#journal.begin(), term, votedFor);
    return this.#append();
  }

  /** Encodes an entry, to be saved next; returns its size in bytes, without the record's header. */
  encodeEntry(entry: Entry<Command>): number {
    const writer = this.#journal.begin();
    const headerBytes = writer.sizeBytes;
    writeEntry(writer, entry, this.#codec);
    return writer.sizeBytes - headerBytes;
  }

  /**
   * Saves what is committed. A member that holds a change knows, restarted or not, the one before:
   * else it could decide with majorities that the others have left two changes behind.
   */
  saveCommit(index: number): DiskError | undefined {
    writeCommit(this.#journal.begin(), index);
    return this.#append();
  }

  /**
   * Saves the entry that was encoded last: in place of one with its index, and of all behind it.
   */
  saveEntry(): DiskError | undefined {
    return this.#append();
  }

  /**
   * Writes the journal that is to take the place of the present one: a snapshot, and what is to
   * stand behind `base` of the log. One that has been begun before is given up. On an error there
   * is none. O(size).
   */
  writeNext(
    snapshot: Snapshot,
    { member, term, votedFor, commit, log }: Replaced<Command>,
    base: number,
    from: NodeId | undefined,
  ): DiskError | undefined {
    this.abandonNext();
    this.#journals().next = { journal: newJournalState(), snapshot, base, after: 0, from };
    const write = (fill: (writer: ByteWriter) => void): DiskError | undefined => {
      fill(this.#next.begin());
      return this.#next.append();
    };
    let error = write((writer) => writeSnapshot(writer, snapshot));
    // Who founded the group does not matter behind a snapshot, which says who takes part.
    error ??= write((writer) => writeMember(writer, member, []));
    error ??= write((writer) => writeBase(writer, base, termAt(log, base)));
    error ??= write((writer) => writeVote(writer, term, votedFor));
    error ??= write((writer) => writeCommit(writer, commit));
    for (let index = base + 1; index <= log.lastIndex && error === undefined; index++) {
      error = write((writer) => writeEntry(writer, entryAt(log, index), this.#codec));
    }
    if (error !== undefined) this.abandonNext();
    return error;
  }

  /** The next journal, durable, takes the place of the present one; durable after another sync. */
  adoptNext(): DiskError | undefined {
    const journals = this.#journals();
    const { next } = journals;
    if (next === undefined) return fail("no next journal");
    const error = this.#disk.rename(NEXT_RAFT_FILE, RAFT_FILE);
    if (error !== undefined) return error;
    journals.journal = next.journal;
    journals.next = undefined;
    return undefined;
  }

  /** Gives the next journal up, if there is one. */
  abandonNext(): void {
    this.#journals().next = undefined;
    this.#removeNext();
  }

  /** A crash may have left one behind; nothing depends on whether it is gone. */
  #removeNext(): void {
    if (this.#disk.list().includes(NEXT_RAFT_FILE)) this.#disk.remove(NEXT_RAFT_FILE);
  }

  /** Appends to the journal, and to the next one: without room for both, that is given up. */
  #append(): DiskError | undefined {
    const error = this.#journal.append();
    if (this.#journals().next === undefined) return error;
    const nextError = error ?? this.#next.appendSame(this.#journal);
    if (nextError?.kind !== "full") return nextError;
    this.abandonNext();
    return error === undefined ? undefined : this.#journal.append();
  }
}
