import { assert } from "../../sim/assert.ts";
import type { DiskError, Env, NodeId } from "../../sim/env.ts";
import { beginSync, endSync, newJournalState } from "../journal.ts";
import type { RaftMessage } from "./messages.ts";
import { RAFT_SITES } from "./sites.ts";
import { type Journals, RAFT_FILE } from "./storage.ts";

/** What of a member's writes is durable, and what waits for it. */
export interface DurabilityState<Command> extends Journals {
  /** Counts of journal writes in this life. Invariant: durable <= syncing <= written. */
  written: number;
  syncing: number;
  durable: number;
  /** Messages held back until what they promise is durable, in order of `after`. */
  outbox: Promised<Command>[];
  /**
   * A torn tail is being cut: until that is durable the member takes no part, as what it wrote
   * could mix with what is torn.
   */
  isMending: boolean;
  /**
   * The disk failed or is rotten: what is durable is unknown, so the member says and does no more.
   * A disk that is merely full does not halt it: see `RaftState.lackingBytes`.
   */
  isHalted: boolean;
}

/** A message that may leave when the first `after` writes are durable. */
interface Promised<Command> {
  readonly after: number;
  readonly to: NodeId;
  readonly message: RaftMessage<Command>;
}

/** Nothing written, nothing promised. */
export function initialDurability<Command>(): DurabilityState<Command> {
  return {
    written: 0,
    syncing: 0,
    durable: 0,
    outbox: [],
    journal: newJournalState(),
    next: undefined,
    isMending: false,
    isHalted: false,
  };
}

/**
 * Lets a message leave only when all that was written before it is durable. One sync is under way
 * at a time; what is written meanwhile goes with the next one (group commit).
 */
export class Durability<Command> {
  readonly #env: Env<RaftMessage<Command>>;
  readonly #state: () => DurabilityState<Command>;
  readonly #deliver: (to: NodeId, message: RaftMessage<Command>) => void;

  /** `state` gives the current memory; `deliver` sends, to others or to the member itself. */
  constructor(
    env: Env<RaftMessage<Command>>,
    state: () => DurabilityState<Command>,
    deliver: (to: NodeId, message: RaftMessage<Command>) => void,
  ) {
    this.#env = env;
    this.#state = state;
    this.#deliver = deliver;
  }

  /** Whether the member says and does nothing: it cannot trust its disk, or not yet. */
  get isSilent(): boolean {
    const state = this.#state();
    return state.isHalted || state.isMending;
  }

  /**
   * Takes note of a write to the journal; returns whether the journal has it. One for which the
   * disk has no room has changed nothing; any other error halts the member.
   */
  wrote(error: DiskError | undefined): boolean {
    if (error?.kind === "full") return false;
    this.#state().written++;
    if (error !== undefined) this.#halt(error.kind);
    return error === undefined;
  }

  /**
   * The journal is rotten from there on: what the member has promised is unknown, so it never says
   * a word again in this life.
   */
  rotten(at: number): void {
    this.#halt("rot", at);
  }

  /** The journal is no journal of this member: as with rot. */
  unfit(reason: string): void {
    this.#state().isHalted = true;
    this.#env.emit("halted", { error: "format", file: RAFT_FILE, at: 0, reason });
  }

  /** Sends a message as soon as all that was written so far is durable. */
  promise(to: NodeId, message: RaftMessage<Command>): void {
    const { durable, written, outbox } = this.#state();
    if (durable === written) this.#deliver(to, message);
    else outbox.push({ after: written, to, message });
  }

  /** Forgets what waits: promises of an older term, and to lose a message is always safe. */
  dropPromises(): void {
    this.#state().outbox = [];
  }

  /** The sync is done, well or not: what waited for it leaves. */
  synced(error: DiskError | undefined): void {
    const state = this.#state();
    if (error !== undefined) this.#halt(error.kind);
    if (state.isHalted) return;
    assert(state.syncing > state.durable, "a sync that was not asked for:", state.syncing);
    state.durable = state.syncing;
    endSync(state.journal);
    if (state.next !== undefined) endSync(state.next.journal);
    let count = 0;
    while (count < state.outbox.length && state.outbox[count]!.after <= state.durable) count++;
    const ready = state.outbox.splice(0, count);
    for (const { to, message } of ready) this.#deliver(to, message);
  }

  /** At the end of a handler: starts a sync of what was written, unless one is under way. */
  flush(): void {
    const state = this.#state();
    const isSyncing = state.syncing > state.durable;
    if (state.isHalted || isSyncing || state.written === state.durable) return;
    if (!state.isMending && this.#env.buggify(RAFT_SITES.syncsLate)) return;
    state.syncing = state.written;
    beginSync(state.journal);
    if (state.next !== undefined) beginSync(state.next.journal);
    this.#env.disk.sync("raft");
  }

  #halt(error: DiskError["kind"] | "rot", at?: number): void {
    this.#state().isHalted = true;
    this.#env.emit("halted", at === undefined ? { error } : { error, file: RAFT_FILE, at });
  }
}
