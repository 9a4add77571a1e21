import type { NodeId } from "../../sim/env.ts";
import { type Entry, entryAt } from "../raft/log.ts";
import type { Configuration, Raft } from "../raft/raft.ts";
import type { Role } from "../raft/state.ts";

/** What a program on Raft shows of its member: the views that invariants ask for. */
export abstract class RaftViews<LogCommand> {
  protected abstract get raft(): Raft<LogCommand>;

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

  /** Whether it cannot trust its disk: it is silent for the rest of this life. */
  get isHalted(): boolean {
    return this.raft.state.durability.isHalted;
  }

  /** Whether a sync of the journal is under way. */
  get isSyncing(): boolean {
    const { syncing, durable } = this.raft.state.durability;
    return syncing > durable;
  }

  /** The log entry at an index in [1, lastIndex]. */
  entryAt(index: number): Entry<LogCommand> {
    return entryAt(this.raft.state.log, index);
  }
}
