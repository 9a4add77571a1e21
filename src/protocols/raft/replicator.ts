// What a leader sends to each member: entries, or a snapshot where its log has them no more.

import type { NodeId } from "../../sim/env.ts";
import { entriesFrom, termAt } from "./log.ts";
import type { Member } from "./member.ts";
import type { SnapshotReply } from "./messages.ts";
import { inflightBytes, type Progress, sendableUpTo } from "./progress.ts";
import { RAFT_SITES } from "./sites.ts";
import { SnapshotSender } from "./snapshot-sender.ts";

/** A leader's way to each member, within the limits of what may be in flight. */
export class Replicator<Command> {
  readonly #member: Member<Command>;
  readonly #snapshots: SnapshotSender<Command>;

  constructor(member: Member<Command>) {
    this.#member = member;
    this.#snapshots = new SnapshotSender(member);
  }

  /** Sends to a follower what it lacks, if it may be sent anything now. */
  sendMore(to: NodeId, progress: Progress): void {
    const { state } = this.#member;
    if (progress.isPaused || progress.next > state.log.lastIndex) return;
    if (this.#snapshots.isNeeded(progress)) {
      this.#snapshots.sendMore(to, progress);
      return;
    }
    const last = this.#sendableUpTo(progress);
    if (last >= progress.next) this.#sendAppend(to, progress, last);
  }

  #sendableUpTo(progress: Progress): number {
    const { state, env, config } = this.#member;
    const last = sendableUpTo(state.log, progress, config.options);
    return last > progress.next && env.buggify(RAFT_SITES.appendsOne) ? progress.next : last;
  }

  /**
   * Sends the entries up to `last`, less than `next` for none. The leader does not wait for its own
   * disk: thesis §10.2.1.
   */
  #sendAppend(to: NodeId, progress: Progress, last: number): void {
    const { state } = this.#member;
    const { log, term, commit } = state;
    const prevIndex = progress.next - 1;
    const entries = entriesFrom(log, progress.next, last);
    const prevTerm = termAt(log, prevIndex);
    this.#member.send(to, { type: "append", term, prevIndex, prevTerm, entries, commit });
    if (progress.mode === "replicate") {
      progress.next += entries.length;
      if (entries.length > 0) this.report(progress);
    } else {
      progress.isPaused = true;
    }
  }

  /** Reports how much is in flight to a member. */
  report(progress: Progress): void {
    this.#member.report(progress.inflight, inflightBytes(this.#member.state.log, progress));
  }

  /** With each heartbeat: makes itself heard, with what the member lacks if that may be sent. */
  beat(to: NodeId, progress: Progress): void {
    if (this.#snapshots.isNeeded(progress)) {
      this.#snapshots.ask(to, progress);
      return;
    }
    // Also the remedy for a lost append: the follower refuses what does not follow on.
    const last = isAwaited(progress) ? progress.next - 1 : this.#sendableUpTo(progress);
    this.#sendAppend(to, progress, last);
  }

  /** Says how far the log is committed, as a heartbeat does. */
  tellCommit(to: NodeId, progress: Progress): void {
    if (!this.#snapshots.isNeeded(progress)) this.#sendAppend(to, progress, progress.next - 1);
  }

  onSnapshotReply(from: NodeId, progress: Progress, reply: SnapshotReply): void {
    this.#snapshots.onReply(from, progress, reply);
    this.report(progress);
  }
}

/**
 * Whether entries that look for agreement are on their way: they may be many bytes on a slow link,
 * and are not sent again before an answer shows that they were lost. An empty append asks for it.
 */
function isAwaited({ mode, isPaused }: Progress): boolean {
  return mode === "probe" && isPaused;
}
