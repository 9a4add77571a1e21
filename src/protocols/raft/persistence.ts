import { assert, fail } from "../../sim/assert.ts";
import type { DiskError, Env, NodeId } from "../../sim/env.ts";
import type { Codec } from "../codec.ts";
import type { Durability } from "./durability.ts";
import { drawMember, hostOf, interned } from "./identity.ts";
import { appendEntry, type Entry, emptyLog, type RaftLog, truncateFrom } from "./log.ts";
import type { RaftMessage } from "./messages.ts";
import type { Persistent } from "./records.ts";
import { hasRoomFor } from "./room.ts";
import type { Snapshot } from "./snapshot.ts";
import type { RaftState } from "./state.ts";
import { RaftStorage } from "./storage.ts";

/** Term, vote, log and snapshot: in memory as in the journal, and whether the disk has room. */
export class Persistence<Command> {
  readonly #env: Env<RaftMessage<Command>>;
  readonly #state: () => RaftState<Command>;
  readonly #durability: Durability<Command>;
  readonly #storage: RaftStorage<Command>;

  /** `state` gives the member's current memory. */
  constructor(
    env: Env<RaftMessage<Command>>,
    codec: Codec<Command>,
    state: () => RaftState<Command>,
    durability: Durability<Command>,
  ) {
    this.#env = env;
    this.#state = state;
    this.#durability = durability;
    this.#storage = new RaftStorage(env.disk, codec, () => state().durability);
  }

  /**
   * Reads all back. Undefined if the disk is rotten, or no disk of this member; or if it is empty
   * and has no room to keep who the member is, or a torn tail to be cut first: then the member is
   * undefined yet. After a sync a torn tail is to be cut: see {@link cutTorn}.
   */
  recover(): Pick<Persistent<Command>, "commit" | "founders"> | undefined {
    const { tornBytes, rottenAt, error, ...kept } = this.#storage.load();
    const flaw = rottenAt === undefined ? flawOf(kept, this.#env.id) : undefined;
    if (rottenAt !== undefined) this.#durability.rotten(rottenAt);
    if (flaw !== undefined) this.#durability.unfit(flaw);
    if (rottenAt !== undefined || flaw !== undefined) return undefined;
    if (tornBytes > 0) this.#env.emit("torn tail cut", { tornBytes });
    const state = this.#state();
    state.member = kept.member && interned(kept.member);
    state.term = kept.term;
    state.votedFor = kept.votedFor;
    state.log = kept.log;
    state.snapshots.current = kept.snapshot;
    // What was read may sit in the operating system's cache only: nothing is promised before it
    // is synced, so the recovery counts as a write. Zeros over a torn tail need no room.
    assert(error?.kind !== "full", "no room to write over bytes:", tornBytes);
    state.durability.isMending = tornBytes > 0;
    this.#durability.wrote(error);
    if (kept.member !== undefined) return kept;
    return state.durability.isMending || !this.#becomeAnother() ? undefined : kept;
  }

  /** Cuts off a torn tail that no crash brings back any more. False: the disk failed. */
  cutTorn(): boolean {
    this.#state().durability.isMending = false;
    return this.#durability.wrote(this.#storage.cutTorn());
  }

  /** An empty disk: whoever this host was before, it has promised things that are forgotten. */
  #becomeAnother(): boolean {
    const member = drawMember(this.#env.id, this.#env.random);
    if (!this.#wrote(this.#storage.saveMember(member))) return false;
    this.#state().member = member;
    this.#env.emit("member drawn", { member });
    return true;
  }

  /** Writes a term and a vote, and leaves the memory as it is. False: there is no room for it. */
  writeVote(term: number, votedFor: NodeId | undefined): boolean {
    return this.#wrote(this.#storage.saveVote(term, votedFor));
  }

  /** Takes a term and gives its vote, not yet if undefined. False: the disk has no room for it. */
  saveVote(term: number, votedFor: NodeId | undefined): boolean {
    if (!this.writeVote(term, votedFor)) return false;
    const state = this.#state();
    state.term = term;
    state.votedFor = votedFor;
    return true;
  }

  /** Encodes an entry, to be appended next; returns its size in bytes. O(size). */
  encode(entry: Entry<Command>): number {
    return this.#storage.encodeEntry(entry);
  }

  /**
   * Puts an entry in its place in the log, and removes all that stood there and behind it. False:
   * the disk has no room for it, and the log is as it was. With `sizeBytes` it is what was encoded
   * last.
   */
  append(entry: Entry<Command>, sizeBytes?: number): boolean {
    if (entry.configuration !== undefined && !this.saveCommit()) return false;
    // Who leads now needs no snapshot of the one who led.
    const { log, durability } = this.#state();
    if (durability.next?.from !== undefined) this.#storage.abandonNext();
    const encodedBytes = sizeBytes ?? this.encode(entry);
    if (!this.#wrote(this.#storage.saveEntry())) return false;
    if (entry.index <= log.lastIndex) {
      this.#env.emit("log truncated", { from: entry.index, lastIndex: log.lastIndex });
      truncateFrom(log, entry.index);
    }
    appendEntry(log, entry, encodedBytes);
    return true;
  }

  /**
   * Writes a journal that begins with a snapshot and has the log behind `base`; with `from`, a
   * leader's snapshot in place of the log. False: the disk has no room for it.
   */
  saveSnapshot(snapshot: Snapshot, base: number, from?: NodeId): boolean {
    const state = this.#state();
    const { index, term, bytes } = snapshot;
    const isInstall = from !== undefined;
    const log: RaftLog<Command> = isInstall ? emptyLog(index, term) : state.log;
    const commit = isInstall ? index : state.commit;
    const member = state.member ?? fail("a snapshot of nobody");
    const kept = { ...state, member, log, commit };
    const error = this.#storage.writeNext(snapshot, kept, base, from);
    if (this.#durability.wrote(error)) {
      state.durability.next!.after = state.durability.written;
      return true;
    }
    if (isInstall && error?.kind === "full") this.#lacks(bytes.length);
    return false;
  }

  /** The journal that was written beside the other takes its place. False: the disk failed. */
  adoptJournal(): boolean {
    return this.#durability.wrote(this.#storage.adoptNext());
  }

  /** Before a change is appended, and when one is in force: see {@link RaftStorage.saveCommit}. */
  saveCommit(): boolean {
    return this.#wrote(this.#storage.saveCommit(this.#state().commit));
  }

  /** Whether the disk has room, for what it refused last at least. */
  hasRoom(): boolean {
    const { lackingBytes } = this.#state();
    if (lackingBytes === 0) return true;
    if (!hasRoomFor(this.#env.disk, lackingBytes)) return false;
    this.#findsRoom();
    return true;
  }

  /** Takes note of a write to the journal; returns whether the journal has it. */
  #wrote(error: DiskError | undefined): boolean {
    const state = this.#state();
    const isWritten = this.#durability.wrote(error);
    if (isWritten && state.lackingBytes === 0) return true;
    const { recordBytes } = this.#storage;
    if (isWritten && recordBytes >= state.lackingBytes) this.#findsRoom();
    if (error?.kind !== "full") return isWritten;
    this.#lacks(recordBytes);
    return false;
  }

  /** The disk has no room for so many bytes. */
  #lacks(bytes: number): void {
    const state = this.#state();
    if (state.lackingBytes === 0) this.#env.emit("disk full", { bytes });
    state.lackingBytes = Math.max(state.lackingBytes, bytes);
  }

  #findsRoom(): void {
    const state = this.#state();
    this.#env.emit("disk free again", { bytes: state.lackingBytes });
    state.lackingBytes = 0;
  }
}

/** Why what a disk holds cannot be this host's: it was not formatted, or for another. */
function flawOf(
  { member, founders, isBlank }: Pick<Persistent<unknown>, "member" | "founders"> & Blank,
  host: NodeId,
): string | undefined {
  if (member === undefined) return isBlank ? undefined : "no format record";
  if (hostOf(member) !== host) return `formatted for ${member}`;
  const isFounder = founders.length === 0 || founders.includes(member);
  return isFounder ? undefined : `founded by ${founders.join(", ")} without ${member}`;
}

interface Blank {
  readonly isBlank: boolean;
}
