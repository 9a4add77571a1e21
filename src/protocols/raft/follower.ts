// A follower's part in log replication: Raft §5.3.

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { type Entry, lastIndexUpToTerm, termAt } from "./log.ts";
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
    const { term, prevIndex, prevTerm } = message;
    if (term < state.term) {
      // The sender learns of the newer term from the answer.
      this.#reject(from, prevIndex, prevTerm);
      return;
    }
    if (!member.follow(from, term)) return;
    // A snapshot that comes into force makes another log of this one.
    if (state.durability.next?.from !== undefined) return;
    const { log } = state;
    if (prevIndex < log.base.index) {
      this.#onOldAppend(from, message);
      return;
    }
    if (prevIndex > log.lastIndex || termAt(log, prevIndex) !== prevTerm) {
      this.#reject(from, prevIndex, prevTerm);
      return;
    }
    this.#takeIn(from, message);
  }

  /** Of entries that are compacted nothing is left to compare; they are committed here as there. */
  #onOldAppend(from: NodeId, message: Append<Command>): void {
    const { log } = this.#member.state;
    const { index: prevIndex, term: prevTerm } = log.base;
    const entries = message.entries.filter(({ index }) => index > prevIndex);
    this.#takeIn(from, { ...message, prevIndex, prevTerm, entries });
  }

  /** Takes in entries that follow on what the log has. */
  #takeIn(from: NodeId, { term, prevIndex, entries, commit }: Append<Command>): void {
    const member = this.#member;
    // Raft figure 2: only what this message vouches for, not whatever else the log holds.
    const match = this.#acceptAll(prevIndex, entries, commit);
    member.commitUpTo(Math.min(commit, match));
    const isWhole = match === prevIndex + entries.length;
    if (isWhole || match > prevIndex) {
      member.durability.promise(from, { type: "appendReply", term, accepted: true, match });
    }
    if (!isWhole) member.durability.promise(from, { type: "appendFull", term, index: match + 1 });
  }

  /** Takes in entries that follow on an index, while there is room; returns how far. */
  #acceptAll(prevIndex: number, entries: readonly Entry<Command>[], commit: number): number {
    let match = prevIndex;
    for (const entry of entries) {
      // A change comes after the one before it is in force: see RaftStorage.saveCommit.
      if (entry.configuration !== undefined) this.#member.commitUpTo(Math.min(commit, match));
      if (!this.#accept(entry)) break;
      match = entry.index;
    }
    return match;
  }

  /** Takes in an entry whose predecessor fits. False: there is no room for it. */
  #accept(entry: Entry<Command>): boolean {
    const { log, commit } = this.#member.state;
    if (entry.index <= log.lastIndex) {
      // Raft §5.3: what is there already stays, also if the message is an old one that stops
      // short of the log's end; only a conflict removes entries.
      if (termAt(log, entry.index) === entry.term) return true;
      assert(entry.index > commit, "a committed entry is overwritten:", entry.index, commit);
    }
    return this.#member.persistence.append(entry);
  }

  /** Tells a leader that its entries do not follow on, and where they may. */
  #reject(to: NodeId, prevIndex: number, prevTerm: number): void {
    const { state, durability } = this.#member;
    const { log, term } = state;
    // A leader of an older term may be behind what is compacted here.
    const from = Math.max(log.base.index, Math.min(prevIndex, log.lastIndex));
    const hintIndex = lastIndexUpToTerm(log, from, prevTerm);
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
