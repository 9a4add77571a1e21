// A leader's part in log replication: Raft §5.3 and §5.4.2, thesis §6.2 (check-quorum).

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { bytesUpTo, type Entry, entriesFrom, lastIndexUpToTerm, termAt } from "./log.ts";
import type { Member } from "./member.ts";
import type { AppendFull, AppendReply } from "./messages.ts";
import {
  inflightBytes,
  majority,
  majorityIndex,
  matchesOf,
  newGauge,
  newProgress,
  type Progress,
  sendableUpTo,
} from "./progress.ts";
import { newReads } from "./read-state.ts";
import type { Reads } from "./reads.ts";
import { RAFT_SITES } from "./sites.ts";

/** Why a command was not taken in: it is in no log, and by this proposal it never will be. */
export type Refusal = "not leading" | "disk full" | "too large" | "busy";

/** What a member does while it leads. */
export class Leader<Command> {
  readonly #member: Member<Command>;
  readonly #reads: Reads<Command>;

  constructor(member: Member<Command>, reads: Reads<Command>) {
    this.#member = member;
    this.#reads = reads;
  }

  /** Candidate -> leader; or back to follower, when the disk has no room for the first entry. */
  begin(): void {
    const { state, env, config } = this.#member;
    const { members, options } = config;
    const { lastIndex } = state.log;
    // Raft §8: a blank entry commits what earlier terms have left behind.
    const blank = this.#nextEntry(undefined);
    if (!this.#member.append(blank)) {
      this.#member.becomeFollower(undefined);
      return;
    }
    const progress = new Map(
      members.map((id) => [id, newProgress(id, lastIndex, options)] as const),
    );
    const uncommitted = newGauge("uncommitted", options.uncommittedBytesMax);
    const reads = newReads(blank.index);
    state.role = { kind: "leader", progress, ahead: 0, uncommitted, reads };
    env.emit("leader elected", { term: state.term });
    env.cancelTimer("election");
    env.setTimer("heartbeat", options.heartbeatInterval);
    if (options.checkQuorum) env.setTimer("quorum", options.electionTimeoutMin);
    this.#spread(blank);
  }

  /** Takes in a command, or steps down when the disk has no room for it. */
  propose(command: Command): Entry<Command> | Refusal {
    const entry = this.#nextEntry(command);
    const sizeBytes = this.#member.encode(entry);
    const refusal = this.#limit(sizeBytes);
    if (refusal !== undefined) return refusal;
    if (!this.#member.append(entry, sizeBytes)) {
      // Others may have room: to lead on would be to refuse every client for as long as this lasts.
      this.#member.becomeFollower(undefined);
      return this.#member.state.durability.isHalted ? "not leading" : "disk full";
    }
    this.#spread(entry);
    return entry;
  }

  #nextEntry(command: Command | undefined): Entry<Command> {
    const { log, term } = this.#member.state;
    return { index: log.lastIndex + 1, term, command };
  }

  /** Why an entry of that size cannot be taken in now. */
  #limit(sizeBytes: number): Refusal | undefined {
    const { state, config, env } = this.#member;
    const { role, log, commit } = state;
    const { entryBytesMax, uncommittedBytesMax } = config.options;
    if (sizeBytes > entryBytesMax) return "too large";
    const uncommitted = bytesUpTo(log, log.lastIndex) - bytesUpTo(log, commit);
    const isFull = uncommitted > 0 && uncommitted + sizeBytes > uncommittedBytesMax;
    const isBusy = isFull || env.buggify(RAFT_SITES.isBusy);
    if (role.kind === "leader") {
      this.#member.report(role.uncommitted, isBusy ? uncommitted : uncommitted + sizeBytes);
    }
    return isBusy ? "busy" : undefined;
  }

  #spread({ index, term }: Entry<Command>): void {
    const { env, durability } = this.#member;
    // The leader counts itself when the entry is durable here, as if it had answered itself.
    durability.promise(env.id, { type: "appendReply", term, accepted: true, match: index });
    this.#replicate();
  }

  /** Sends to every follower what it lacks, if it may be sent anything now. */
  #replicate(): void {
    for (const peer of this.#member.peers) this.#sendMore(peer, this.#progressOf(peer));
  }

  /** Sends to a follower what it lacks, if it may be sent anything now. */
  #sendMore(to: NodeId, progress: Progress): void {
    const { state } = this.#member;
    if (progress.isPaused || progress.next > state.log.lastIndex) return;
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
    const { state, env } = this.#member;
    const { log, term, commit } = state;
    const prevIndex = progress.next - 1;
    const entries = entriesFrom(log, progress.next, last);
    const prevTerm = termAt(log, prevIndex);
    env.send(to, { type: "append", term, prevIndex, prevTerm, entries, commit });
    if (progress.mode === "replicate") {
      progress.next += entries.length;
      if (entries.length > 0) this.#reportInflight(progress);
    } else {
      progress.isPaused = true;
    }
  }

  #reportInflight(progress: Progress): void {
    this.#member.report(progress.inflight, inflightBytes(this.#member.state.log, progress));
  }

  onHeartbeat(): void {
    const { env, peers, config } = this.#member;
    const { heartbeatInterval, electionTimeoutMin } = config.options;
    const isLate = env.buggify(RAFT_SITES.beatsLate);
    env.setTimer("heartbeat", isLate ? electionTimeoutMin - 1 : heartbeatInterval);
    for (const peer of peers) {
      const progress = this.#progressOf(peer);
      // Also the remedy for a lost append: the follower refuses what does not follow on.
      const last = isAwaited(progress) ? progress.next - 1 : this.#sendableUpTo(progress);
      this.#sendAppend(peer, progress, last);
    }
    this.#reads.onHeartbeat();
  }

  onQuorumCheck(): void {
    const { state, env, config } = this.#member;
    const { role } = state;
    assert(role.kind === "leader", "checks its quorum and does not lead:", env.id);
    env.setTimer("quorum", config.options.electionTimeoutMin);
    let active = 1;
    for (const [id, progress] of role.progress) {
      if (progress.isActive && id !== env.id) active++;
      progress.isActive = false;
    }
    if (active < majority(config.members.length) || env.buggify(RAFT_SITES.stepsDown)) {
      this.#member.becomeFollower(undefined);
    }
  }

  onAppendReply(from: NodeId, message: AppendReply): void {
    const { state, env } = this.#member;
    if (message.term > state.term) this.#member.enterTerm(message.term, undefined);
    if (message.term !== state.term || state.role.kind !== "leader") return;
    const progress = this.#progressOf(from);
    progress.isActive = true;
    if (message.accepted) this.#onAccepted(progress, message.match);
    else this.#onRejected(progress, message);
    if (progress.inflight.reportedBytes > 0) this.#reportInflight(progress);
    if (from !== env.id) this.#sendMore(from, progress);
  }

  #onAccepted(progress: Progress, match: number): void {
    const { state, config } = this.#member;
    const { role, log, commit, term } = state;
    if (role.kind === "leader" && progress.match <= commit && match > commit) role.ahead++;
    progress.match = Math.max(progress.match, match);
    // Without room it may still vouch for what it had before, or had room for.
    if (progress.mode !== "full" || match >= progress.next) {
      progress.next = Math.max(progress.next, progress.match + 1);
      progress.mode = "replicate";
      progress.isPaused = false;
    }
    // Most answers add nobody to those ahead, or too few.
    if (role.kind !== "leader" || role.ahead < majority(config.members.length)) return;
    const matches = matchesOf(role.progress);
    const agreed = majorityIndex(matches);
    // Raft §5.4.2: only entries of the current term are committed by counting.
    if (agreed > commit && termAt(log, agreed) === term) this.#member.commitUpTo(agreed);
    if (role.reads.waiting.length > 0) this.#reads.release();
    role.ahead = matches.filter((index) => index > state.commit).length;
    if (role.uncommitted.reportedBytes > 0) {
      const bytes = bytesUpTo(log, log.lastIndex) - bytesUpTo(log, state.commit);
      this.#member.report(role.uncommitted, bytes);
    }
  }

  #onRejected(progress: Progress, reply: AppendReply & { readonly accepted: false }): void {
    const { rejected, hintIndex, hintTerm } = reply;
    // An answer to an older append, overtaken by what is known since.
    const isStale =
      rejected <= progress.match ||
      (progress.mode !== "replicate" && rejected !== progress.next - 1);
    if (isStale) return;
    const { log } = this.#member.state;
    const agreement = lastIndexUpToTerm(log, Math.min(hintIndex, log.lastIndex), hintTerm);
    progress.next = Math.max(progress.match + 1, Math.min(rejected, agreement + 1));
    progress.mode = "probe";
    progress.isPaused = false;
  }

  onAppendFull(from: NodeId, { term, index }: AppendFull): void {
    const { state } = this.#member;
    if (term !== state.term || state.role.kind !== "leader") return;
    const progress = this.#progressOf(from);
    progress.isActive = true;
    // Since then it has taken the entry.
    if (index <= progress.match) return;
    progress.mode = "full";
    progress.next = index;
    progress.isPaused = true;
    if (progress.inflight.reportedBytes > 0) this.#reportInflight(progress);
  }

  /** The connection with a host is gone, and perhaps what it was sent. */
  onDisconnect(peer: NodeId): void {
    const { role } = this.#member.state;
    const progress = role.kind === "leader" ? role.progress.get(peer) : undefined;
    if (progress === undefined || progress.mode === "full") return;
    // Looked for anew with the next heartbeat: at once would be in vain as often as not.
    if (progress.mode === "replicate") progress.next = progress.match + 1;
    progress.isPaused = false;
    progress.mode = "probe";
    if (progress.inflight.reportedBytes > 0) this.#reportInflight(progress);
  }

  #progressOf(id: NodeId): Progress {
    const { role } = this.#member.state;
    const progress = role.kind === "leader" ? role.progress.get(id) : undefined;
    assert(progress !== undefined, "no progress of", id);
    return progress;
  }
}

/**
 * Whether entries that look for agreement are on their way: they may be many bytes on a slow link,
 * and are not sent again before an answer shows that they were lost. An empty append asks for it.
 */
function isAwaited({ mode, isPaused }: Progress): boolean {
  return mode === "probe" && isPaused;
}
