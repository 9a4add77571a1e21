// A follower's part in log replication: Raft §5.3.

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { type Entry, lastIndexUpToTerm, termAt, truncateFrom } from "./log.ts";
import type { Member } from "./member.ts";
import type { Append } from "./messages.ts";

/** What a member does with what a leader sends. */
export class Follower<Command> {
  readonly #member: Member<Command>;

  constructor(member: Member<Command>) {
    this.#member = member;
  }

  onAppend(from: NodeId, message: Append<Command>): void {
    const member = this.#member;
    const { state } = member;
    const { term, prevIndex, prevTerm, entries } = message;
    if (term < state.term) {
      // The sender learns of the newer term from the answer.
      this.#reject(from, prevIndex, prevTerm);
      return;
    }
    assert(!(term === state.term && member.isLeader), "two leaders in term", term);
    if (term > state.term || member.leader !== from) member.becomeFollower(term, from);
    state.leaderHeardAt = member.env.now();
    member.resetElectionTimer();
    const { log } = state;
    if (prevIndex > log.lastIndex || termAt(log, prevIndex) !== prevTerm) {
      this.#reject(from, prevIndex, prevTerm);
      return;
    }
    for (const entry of entries) this.#accept(entry);
    // Raft figure 2: only what this message vouches for, not whatever else the log holds.
    const match = prevIndex + entries.length;
    member.commitUpTo(Math.min(message.commit, match));
    member.durability.promise(from, { type: "appendReply", term, accepted: true, match });
  }

  /** Takes in an entry whose predecessor fits. */
  #accept(entry: Entry<Command>): void {
    const { state, env } = this.#member;
    const { log, commit } = state;
    if (entry.index <= log.lastIndex) {
      // Raft §5.3: what is there already stays, also if the message is an old one that stops
      // short of the log's end; only a conflict removes entries.
      if (termAt(log, entry.index) === entry.term) return;
      assert(entry.index > commit, "a committed entry is overwritten:", entry.index, commit);
      env.emit("log truncated", { from: entry.index, lastIndex: log.lastIndex });
      truncateFrom(log, entry.index);
    }
    this.#member.append(entry);
  }

  /** Tells a leader that its entries do not follow on, and where they may. */
  #reject(to: NodeId, prevIndex: number, prevTerm: number): void {
    const { state, durability } = this.#member;
    const { log, term } = state;
    const hintIndex = lastIndexUpToTerm(log, Math.min(prevIndex, log.lastIndex), prevTerm);
    durability.promise(to, {
      type: "appendReply",
      term,
      accepted: false,
      rejected: prevIndex,
      hintIndex,
      hintTerm: termAt(log, hintIndex),
    });
  }
}
