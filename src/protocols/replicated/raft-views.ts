import type { NodeId } from "../../sim/env.ts";
import { type Entry, entryAt, type LogBase } from "../raft/log.ts";
import type { Configuration, Raft } from "../raft/raft.ts";
import type { Snapshot } from "../raft/snapshot.ts";
import type { Role } from "../raft/state.ts";

/** What a program on Raft shows of its member: the views that invariants ask for. */
export abstract class RaftViews<LogCommand> {
  protected abstract get raft(): Raft<LogCommand>;

  /** Who it is to the other members; undefined before it has read its disk. */
  get member(): string | undefined {
    return this.raft.state.member;
  }

  get role(): Role["kind"] {
    return this.raft.state.role.kind;
  }

  /** The role with all that is remembered for it. */
  get roleMemory(): Role {
    return this.raft.state.role;
  }

  get leader(): NodeId | undefined {
    return this.raft.leader;
  }

  get term(): number {
    return this.raft.state.term;
  }

  get votedFor(): NodeId | undefined {
    return this.raft.state.votedFor;
  }

  get commit(): number {
    return this.raft.state.commit;
  }

  get applied(): number {
    return this.raft.state.applied;
  }

  /** Who takes part, as far as it has applied the log. */
  get configuration(): Configuration {
    return this.raft.state.configuration;
  }

  get lastIndex(): number {
    return this.raft.state.log.lastIndex;
  }

  /** The entry before the first that its log still has. */
  get base(): LogBase {
    return this.raft.state.log.base;
  }

  /** What its log has come to up to some index, if that was saved. */
  get snapshot(): Snapshot | undefined {
    return this.raft.state.snapshots.current;
  }

  /** Whether a snapshot that it has taken is on its way to the disk. */
  get isCompacting(): boolean {
    const { next } = this.raft.state.durability;
    return next !== undefined && next.from === undefined;
  }

  /** Whether a snapshot that a leader has sent is on its way to the disk. */
  get isInstalling(): boolean {
    return this.raft.state.durability.next?.from !== undefined;
  }

  /** Whether a part of a snapshot has arrived. */
  get isReceiving(): boolean {
    return this.raft.state.snapshots.incoming !== undefined;
  }

  /** Whether it leads, and a part of a snapshot has left it. */
  get isSending(): boolean {
    const { role } = this.raft.state;
    if (role.kind !== "leader") return false;
    return [...role.progress.values()].some(({ sending }) => (sending?.sentBytes ?? 0) > 0);
  }

  /** How many reads wait: for a majority's word, for the leader's, or to be applied. */
  get waitingReads(): number {
    const { role, asked } = this.raft.state;
    return asked.waiting.length + (role.kind === "leader" ? role.reads.waiting.length : 0);
  }

  /** Whether it cannot trust its disk: it is silent for the rest of this life. */
  get isHalted(): boolean {
    return this.raft.state.durability.isHalted;
  }

  /** Whether a sync of the journal is under way. */
  get isSyncing(): boolean {
    const { syncing, durable } = this.raft.state.durability;
    return syncing > durable;
  }

  /** The log entry at an index in (base, lastIndex]. */
  entryAt(index: number): Entry<LogCommand> {
    return entryAt(this.raft.state.log, index);
  }
}
