// A leader's part in log replication: Raft §5.3 and §5.4.2, thesis §6.2 (check-quorum).

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { Changes } from "./changes.ts";
import type { ChangeRefusal, Configuration, MemberChange } from "./configuration.ts";
import { hostOf, type MemberId } from "./identity.ts";
import { newLeaderRole } from "./leader-role.ts";
import { bytesUpTo, type Entry, lastIndexUpToTerm, termAt } from "./log.ts";
import type { Member } from "./member.ts";
import type { AppendFull, AppendReply, SnapshotReply } from "./messages.ts";
import { matchOf, type Progress } from "./progress.ts";
import { Proposals, type Refusal } from "./proposals.ts";
import { isQuorum, majority, quorumIndex } from "./quorum.ts";
import type { Reads } from "./reads.ts";
import { Replicator } from "./replicator.ts";
import { RAFT_SITES } from "./sites.ts";
import type { LeaderRole } from "./state.ts";

/** What a member does while it leads. */
export class Leader<Command> {
  readonly #member: Member<Command>;
  readonly #reads: Reads<Command>;
  readonly #replicator: Replicator<Command>;
  readonly #handOver: (role: LeaderRole) => void;
  readonly #changes: Changes<Command>;
  readonly #proposals: Proposals<Command>;

  /** `handOver` tells one of those whom a removed leader knew to take over. */
  constructor(
    member: Member<Command>,
    reads: Reads<Command>,
    handOver: (role: LeaderRole) => void,
  ) {
    this.#member = member;
    this.#reads = reads;
    this.#replicator = new Replicator(member);
    this.#handOver = handOver;
    this.#proposals = new Proposals(member);
    this.#changes = new Changes(member, (configuration) => this.#appendChange(configuration));
  }

  /** Candidate -> leader; or back to follower, when the disk has no room for the first entry. */
  begin(): void {
    const { state, env, config } = this.#member;
    const { options } = config;
    // Raft §8: a blank entry commits what earlier terms have left behind.
    const blank = this.#proposals.append();
    if (blank === undefined) return;
    state.role = newLeaderRole(state.configuration, blank.index, options);
    this.#changes.onElected();
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

  /** Takes in commands, in order, until it steps down; what it took in sets out together. */
  proposeAll(commands: readonly Command[]): readonly (Entry<Command> | Refusal)[] {
    const taken = this.#proposals.proposeAll(commands);
    const last = taken.findLast((entry) => typeof entry !== "string");
    if (last !== undefined && this.#member.isLeader) this.#spread(last);
    return taken;
  }

  /** Proposes a change of who takes part. */
  change(changes: readonly MemberChange[]): Entry<Command> | ChangeRefusal | "disk full" {
    return this.#changes.propose(changes);
  }

  /** A transfer was given up: a change that has waited for its end goes on. */
  resume(): void {
    this.#changes.onCommit();
  }

  /** Tells a follower what is committed, if it takes part. */
  tellCommitTo(id: NodeId): void {
    const { role } = this.#member.state;
    const progress = role.kind === "leader" ? role.progress.get(id) : undefined;
    if (progress !== undefined) this.#tellCommit(id, progress);
  }

  #appendChange(configuration: Configuration): Entry<Command> | undefined {
    const entry = this.#proposals.append(configuration);
    if (entry !== undefined) this.#spread(entry);
    return entry;
  }

  #spread({ index }: Entry<Command>): void {
    this.#answerItself(index);
    this.#replicate();
  }

  /** The leader counts itself when an entry is durable here, as if it had answered itself. */
  #answerItself(match: number): void {
    const { id, state, durability } = this.#member;
    durability.promise(id, { type: "appendReply", term: state.term, accepted: true, match });
  }

  /** Sends to every follower what it lacks, if it may be sent anything now. */
  #replicate(): void {
    for (const peer of this.#member.peers) this.#replicator.sendMore(peer, this.#progressOf(peer));
  }

  onHeartbeat(): void {
    const { env, peers, config } = this.#member;
    const { heartbeatInterval, electionTimeoutMin } = config.options;
    const isLate = env.buggify(RAFT_SITES.beatsLate);
    env.setTimer("heartbeat", isLate ? electionTimeoutMin - 1 : heartbeatInterval);
    for (const peer of peers) {
      this.#replicator.beat(peer, this.#progressOf(peer));
    }
    this.#reads.onHeartbeat();
  }

  onQuorumCheck(): void {
    const { state, env, config } = this.#member;
    const { role } = state;
    assert(role.kind === "leader", "checks its quorum and does not lead:", this.#member.id);
    env.setTimer("quorum", config.options.electionTimeoutMin);
    const isActive = (id: NodeId): boolean =>
      id === this.#member.id || role.progress.get(id)?.isActive === true;
    const hasQuorum = isQuorum(state.configuration, isActive);
    for (const progress of role.progress.values()) progress.isActive = false;
    if (!hasQuorum || env.buggify(RAFT_SITES.stepsDown)) this.#member.becomeFollower(undefined);
  }

  onAppendReply(from: NodeId, message: AppendReply): void {
    const { state, id } = this.#member;
    if (message.term > state.term) this.#member.enterTerm(message.term, undefined);
    if (message.term !== state.term || state.role.kind !== "leader") return;
    const progress = state.role.progress.get(from);
    // Removed since.
    if (progress === undefined) return;
    progress.isActive = true;
    if (message.accepted) this.#onAccepted(from, progress, message.match);
    else this.#onRejected(progress, message);
    if (progress.inflight.reportedBytes > 0) this.#replicator.report(progress);
    if (from !== id && this.#member.isLeader) this.#replicator.sendMore(from, progress);
  }

  #onAccepted(from: NodeId, progress: Progress, match: number): void {
    const { state } = this.#member;
    const { role, commit } = state;
    assert(role.kind === "leader", "counts and does not lead");
    if (progress.match <= commit && match > commit) role.ahead++;
    progress.match = Math.max(progress.match, match);
    // Without room it may still vouch for what it had before, or had room for.
    const { sending } = progress;
    // Said before the snapshot came.
    const isOld = sending !== undefined && match < sending.snapshot.index;
    if (
      !(isOld && match < state.log.base.index) &&
      (progress.mode !== "full" || match >= progress.next)
    ) {
      progress.next = Math.max(progress.next, progress.match + 1);
      progress.mode = "replicate";
      progress.sending = undefined;
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
    const { id: own, state, peers, isVoter } = this.#member;
    const { role } = state;
    assert(role.kind === "leader", "reconfigures and does not lead");
    // Those who are gone are told, if they can be: it is the last that they hear.
    for (const [id, progress] of role.progress) {
      if (!peers.includes(id) && id !== own) this.#tellCommit(id, progress);
    }
    this.#changes.onReconfigured();
    if (!isVoter) {
      this.#leave(role);
      return;
    }
    this.#reads.onReconfigured();
    // Fewer may be enough now for what stands behind the change: it counts anew when that is on its
    // disk. Source: etcd/raft, switchToConfig.
    this.#answerItself(matchOf(role.progress, own));
    this.#replicate();
  }

  #leave(role: LeaderRole): void {
    for (const [id, progress] of role.progress) this.#tellCommit(id, progress);
    this.#member.becomeFollower(undefined);
    this.#handOver(role);
  }

  /** Says how far the log is committed, as a heartbeat does. */
  #tellCommit(id: NodeId, progress: Progress): void {
    if (id !== this.#member.id) this.#replicator.tellCommit(id, progress);
  }

  #onRejected(progress: Progress, reply: AppendReply & { readonly accepted: false }): void {
    const { rejected, hintIndex, hintTerm } = reply;
    // An answer to an older append, overtaken by what is known since.
    const isStale =
      rejected <= progress.match ||
      progress.mode === "snapshot" ||
      (progress.mode !== "replicate" && rejected !== progress.next - 1);
    if (isStale) return;
    const { log } = this.#member.state;
    // Of what is compacted nothing is known but that it is committed: a snapshot will tell.
    const agreement =
      hintIndex < log.base.index
        ? hintIndex
        : lastIndexUpToTerm(log, Math.min(hintIndex, log.lastIndex), hintTerm);
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
    if (index <= progress.match || progress.mode === "snapshot") return;
    progress.mode = "full";
    progress.next = index;
    progress.isPaused = true;
    if (progress.inflight.reportedBytes > 0) this.#replicator.report(progress);
  }

  onSnapshotReply(from: NodeId, reply: SnapshotReply): void {
    const { state } = this.#member;
    if (reply.term > state.term) this.#member.enterTerm(reply.term, undefined);
    if (reply.term !== state.term || state.role.kind !== "leader") return;
    const progress = state.role.progress.get(from);
    // Removed since.
    if (progress === undefined) return;
    progress.isActive = true;
    this.#replicator.onSnapshotReply(from, progress, reply);
  }

  /** Where a member was meant to be there is another: its disk is lost, or it was replaced. */
  onStranger(member: MemberId): void {
    const { role } = this.#member.state;
    if (role.kind === "leader") this.#changes.onStranger(role, member);
  }

  /** The connection with a host is gone, and perhaps what it was sent. */
  onDisconnect(peer: NodeId): void {
    const { role } = this.#member.state;
    if (role.kind !== "leader") return;
    for (const [id, progress] of role.progress) if (hostOf(id) === peer) this.#disturb(progress);
  }

  #disturb(progress: Progress): void {
    if (progress.mode === "full") return;
    // Looked for anew with the next heartbeat: at once would be in vain as often as not.
    if (progress.mode === "replicate") progress.next = progress.match + 1;
    progress.isPaused = progress.mode === "snapshot";
    if (progress.mode !== "snapshot") progress.mode = "probe";
    if (progress.inflight.reportedBytes > 0) this.#replicator.report(progress);
  }

  #progressOf(id: NodeId): Progress {
    const { role } = this.#member.state;
    const progress = role.kind === "leader" ? role.progress.get(id) : undefined;
    assert(progress !== undefined, "no progress of", id);
    return progress;
  }
}
