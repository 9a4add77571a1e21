// A leader's part in log replication: Raft §5.3 and §5.4.2, thesis §6.2 (check-quorum).

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { Changes, newChanges } from "./changes.ts";
import {
  type ChangeRefusal,
  type Configuration,
  type MemberChange,
  membersOf,
} from "./configuration.ts";
import { bytesUpTo, type Entry, entriesFrom, lastIndexUpToTerm, termAt } from "./log.ts";
import type { Member } from "./member.ts";
import type { AppendFull, AppendReply } from "./messages.ts";
import {
  inflightBytes,
  matchOf,
  newGauge,
  newProgress,
  type Progress,
  sendableUpTo,
} from "./progress.ts";
import { Proposals, type Refusal } from "./proposals.ts";
import { isQuorum, majority, quorumIndex } from "./quorum.ts";
import { newReads } from "./read-state.ts";
import type { Reads } from "./reads.ts";
import { RAFT_SITES } from "./sites.ts";
import type { LeaderRole } from "./state.ts";

/** What a member does while it leads. */
export class Leader<Command> {
  readonly #member: Member<Command>;
  readonly #reads: Reads<Command>;
  readonly #changes: Changes<Command>;
  readonly #proposals: Proposals<Command>;

  constructor(member: Member<Command>, reads: Reads<Command>) {
    this.#member = member;
    this.#reads = reads;
    this.#proposals = new Proposals(member);
    this.#changes = new Changes(member, (configuration) => this.#appendChange(configuration));
  }

  /** Candidate -> leader; or back to follower, when the disk has no room for the first entry. */
  begin(): void {
    const { state, env, config } = this.#member;
    const { options } = config;
    const { lastIndex } = state.log;
    // Raft §8: a blank entry commits what earlier terms have left behind.
    const blank = this.#proposals.append();
    if (blank === undefined) return;
    const members = membersOf(state.configuration);
    const progress = new Map(
      members.map((id) => [id, newProgress(id, lastIndex, options)] as const),
    );
    const uncommitted = newGauge("uncommitted", options.uncommittedBytesMax);
    const reads = newReads(blank.index);
    const changes = newChanges(lastIndex);
    state.role = { kind: "leader", progress, ahead: 0, uncommitted, reads, changes };
    env.emit("leader elected", { term: state.term });
    env.cancelTimer("election");
    env.setTimer("heartbeat", options.heartbeatInterval);
    if (options.checkQuorum) env.setTimer("quorum", options.electionTimeoutMin);
    this.#spread(blank);
  }

  /** Takes in a command, or steps down when the disk has no room for it. */
  propose(command: Command): Entry<Command> | Refusal {
    const entry = this.#proposals.propose(command);
    if (typeof entry !== "string") this.#spread(entry);
    return entry;
  }

  /** Proposes a change of who takes part. */
  change(changes: readonly MemberChange[]): Entry<Command> | ChangeRefusal | "disk full" {
    return this.#changes.propose(changes);
  }

  #appendChange(configuration: Configuration): Entry<Command> | undefined {
    const entry = this.#proposals.append(configuration);
    if (entry !== undefined) this.#spread(entry);
    return entry;
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
    const isActive = (id: NodeId): boolean =>
      id === env.id || role.progress.get(id)?.isActive === true;
    const hasQuorum = isQuorum(state.configuration, isActive);
    for (const progress of role.progress.values()) progress.isActive = false;
    if (!hasQuorum || env.buggify(RAFT_SITES.stepsDown)) this.#member.becomeFollower(undefined);
  }

  onAppendReply(from: NodeId, message: AppendReply): void {
    const { state, env } = this.#member;
    if (message.term > state.term) this.#member.enterTerm(message.term, undefined);
    if (message.term !== state.term || state.role.kind !== "leader") return;
    const progress = state.role.progress.get(from);
    // Removed since.
    if (progress === undefined) return;
    progress.isActive = true;
    if (message.accepted) this.#onAccepted(from, progress, message.match);
    else this.#onRejected(progress, message);
    if (progress.inflight.reportedBytes > 0) this.#reportInflight(progress);
    if (from !== env.id && this.#member.isLeader) this.#sendMore(from, progress);
  }

  #onAccepted(from: NodeId, progress: Progress, match: number): void {
    const { state } = this.#member;
    const { role, commit } = state;
    assert(role.kind === "leader", "counts and does not lead");
    if (progress.match <= commit && match > commit) role.ahead++;
    progress.match = Math.max(progress.match, match);
    // Without room it may still vouch for what it had before, or had room for.
    if (progress.mode !== "full" || match >= progress.next) {
      progress.next = Math.max(progress.next, progress.match + 1);
      progress.mode = "replicate";
      progress.isPaused = false;
    }
    if (state.configuration.joining.length > 0) this.#changes.onMatch(from, progress.match);
    // Most answers add nobody to those ahead, or too few.
    if (role.ahead >= majority(state.configuration.voters.length)) this.#count(role);
  }

  /** Commits what enough members hold. */
  #count(role: LeaderRole): void {
    const { state } = this.#member;
    const { log, commit, term, configuration } = state;
    const agreed = quorumIndex(configuration, (id) => matchOf(role.progress, id));
    // Raft §5.4.2: only entries of the current term are committed by counting.
    if (agreed > commit && termAt(log, agreed) === term) this.#member.commitUpTo(agreed);
    if (role.reads.waiting.length > 0) this.#reads.release();
    if (state.configuration !== configuration) this.#reconfigure();
    if (!this.#member.isLeader) return;
    role.ahead = 0;
    for (const { match } of role.progress.values()) if (match > state.commit) role.ahead++;
    if (role.uncommitted.reportedBytes > 0) {
      const bytes = bytesUpTo(log, log.lastIndex) - bytesUpTo(log, state.commit);
      this.#member.report(role.uncommitted, bytes);
    }
    this.#changes.onCommit();
  }

  /** Another configuration is in force. A leader that is no voter any more has done its part. */
  #reconfigure(): void {
    const { state, peers, isVoter } = this.#member;
    const { role } = state;
    assert(role.kind === "leader", "reconfigures and does not lead");
    // Those who are gone are told, if they can be: it is the last that they hear.
    for (const [id, progress] of role.progress) {
      if (!peers.includes(id) && id !== this.#member.env.id) this.#tellCommit(id, progress);
    }
    this.#changes.onReconfigured();
    if (isVoter) this.#replicate();
    else this.#leave(role);
  }

  #leave(role: LeaderRole): void {
    for (const [id, progress] of role.progress) this.#tellCommit(id, progress);
    this.#member.becomeFollower(undefined);
  }

  /** Says how far the log is committed, as a heartbeat does. */
  #tellCommit(id: NodeId, progress: Progress): void {
    if (id !== this.#member.env.id) this.#sendAppend(id, progress, progress.next - 1);
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
    const progress = state.role.progress.get(from);
    // Removed since.
    if (progress === undefined) return;
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
