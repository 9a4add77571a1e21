// The log is compacted: Raft §7, thesis §5.1.

import type { NodeId } from "../../sim/env.ts";
import { compactUpTo, emptyLog, termAt } from "./log.ts";
import type { Member } from "./member.ts";
import { RAFT_SITES } from "./sites.ts";
import { makeSnapshot, type Snapshot } from "./snapshot.ts";
import type { NextJournal } from "./storage.ts";

/** After so many entries, or fewer, it is asked whether a snapshot is due; not at each event. */
const CHECK_EVERY = 16;

/** Saves the state machine, and lets the log go that has led to it. */
export class Snapshots<Command> {
  readonly #member: Member<Command>;

  constructor(member: Member<Command>) {
    this.#member = member;
  }

  /** At the end of a handler: saves the state machine, if enough was applied since last time. */
  takeIfDue(): void {
    const { state, env, config } = this.#member;
    const { applied, snapshots } = state;
    if (applied - snapshots.checkedAt < Math.min(CHECK_EVERY, config.options.snapshotEntries))
      return;
    snapshots.checkedAt = applied;
    const { durability, log, configuration } = state;
    const since = applied - Math.max(snapshots.current?.index ?? 0, snapshots.triedAt);
    // After a restart nothing may have been applied behind the snapshot that is there.
    if (since <= 0 || durability.next !== undefined || this.#member.durability.isSilent) return;
    // One that was not there at first has yet to be told who takes part.
    if (configuration.voters.length === 0) return;
    if (since < config.options.snapshotEntries && !env.buggify(RAFT_SITES.snapshotsSoon)) return;
    const { save } = config;
    const snapshot = makeSnapshot({
      index: applied,
      term: termAt(log, applied),
      configuration,
      save,
    });
    if (this.#member.persistence.saveSnapshot(snapshot, this.#base())) {
      env.emit("snapshot taken", { index: applied, bytes: snapshot.bytes.length });
    } else {
      snapshots.triedAt = applied;
    }
  }

  /**
   * The entry before the first that is kept. A leader that compacts what a member lacks has to send
   * it a snapshot, so it waits a while for one that lags.
   */
  #base(): number {
    const { state, config } = this.#member;
    const { snapshotEntries, keptEntries } = config.options;
    let base = state.applied - keptEntries;
    if (state.role.kind === "leader") {
      for (const { match } of state.role.progress.values()) base = Math.min(base, match);
      base = Math.max(base, state.applied - Math.max(keptEntries, snapshotEntries));
    }
    return Math.max(state.log.base.index, base);
  }

  /** A sync is back: a journal with a snapshot, if it is durable now, takes its place. */
  onSynced(): void {
    const { next, durable, isHalted } = this.#member.state.durability;
    if (isHalted || next === undefined || next.after > durable) return;
    if (!this.#member.persistence.adoptJournal()) return;
    this.#member.state.snapshots.current = next.snapshot;
    if (next.from === undefined) this.#compact(next);
    else this.#install(next.snapshot, next.from);
  }

  #compact({ base }: NextJournal): void {
    const { state, env } = this.#member;
    compactUpTo(state.log, base);
    env.emit("log compacted", { base, lastIndex: state.log.lastIndex });
  }

  /** In memory as on the disk: the snapshot stands for all that was there. */
  #install(snapshot: Snapshot, from: NodeId): void {
    const { state, env, durability } = this.#member;
    const { index, term } = snapshot;
    state.log = emptyLog(index, term);
    this.#member.restore(snapshot);
    env.emit("snapshot installed", { index, term });
    const reply = { type: "appendReply", term: state.term, accepted: true, match: index } as const;
    durability.promise(from, reply);
  }
}
