// A leader's part in log replication: Raft §5.3 and §5.4.2, thesis §6.2 (check-quorum).

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { type Entry, entriesFrom, lastIndexUpToTerm, termAt } from "./log.ts";
import type { Member } from "./member.ts";
import type { AppendReply } from "./messages.ts";
import { majority, majorityIndex, matchesOf, newProgress, type Progress } from "./progress.ts";

/** What a member does while it leads. */
export class Leader<Command> {
  readonly #member: Member<Command>;

  constructor(member: Member<Command>) {
    this.#member = member;
  }

  /** Candidate -> leader. */
  begin(): void {
    const { state, env, config } = this.#member;
    const { members, options } = config;
    const { lastIndex } = state.log;
    const progress = new Map(members.map((id) => [id, newProgress(lastIndex)] as const));
    state.role = { kind: "leader", progress, ahead: 0 };
    env.emit("leader elected", { term: state.term });
    env.cancelTimer("election");
    env.setTimer("heartbeat", options.heartbeatInterval);
    if (options.checkQuorum) env.setTimer("quorum", options.electionTimeoutMin);
    // Raft §8: a blank entry commits what earlier terms have left behind.
    this.#appendOwn(undefined);
    this.#replicate();
  }

  propose(command: Command): Entry<Command> {
    const entry = this.#appendOwn(command);
    this.#replicate();
    return entry;
  }

  /** Adds an entry of the own term to the own log. */
  #appendOwn(command: Command | undefined): Entry<Command> {
    const { state, env, durability } = this.#member;
    const entry = { index: state.log.lastIndex + 1, term: state.term, command };
    this.#member.append(entry);
    // The leader counts itself when the entry is durable here, as if it had answered itself.
    durability.promise(env.id, {
      type: "appendReply",
      term: state.term,
      accepted: true,
      match: entry.index,
    });
    return entry;
  }

  /** Sends to every follower what it lacks, if it may be sent anything now. */
  #replicate(): void {
    const { lastIndex } = this.#member.state.log;
    for (const peer of this.#member.peers) {
      const progress = this.#progressOf(peer);
      if (!progress.isPaused && progress.next <= lastIndex) this.#sendAppend(peer, progress);
    }
  }

  /** The leader does not wait for its own disk: thesis §10.2.1. */
  #sendAppend(to: NodeId, progress: Progress): void {
    const { state, env, config } = this.#member;
    const { log, term, commit } = state;
    const prevIndex = progress.next - 1;
    const entries = entriesFrom(log, progress.next, config.options.appendEntriesMax);
    const prevTerm = termAt(log, prevIndex);
    env.send(to, { type: "append", term, prevIndex, prevTerm, entries, commit });
    if (progress.mode === "probe") progress.isPaused = true;
    else progress.next += entries.length;
  }

  onHeartbeat(): void {
    const { env, peers, config } = this.#member;
    env.setTimer("heartbeat", config.options.heartbeatInterval);
    for (const peer of peers) {
      const progress = this.#progressOf(peer);
      // Also the remedy for a lost append: the follower refuses what does not follow on.
      this.#sendAppend(peer, progress);
    }
  }

  onQuorumCheck(): void {
    const { state, env, config } = this.#member;
    const { role, term } = state;
    assert(role.kind === "leader", "checks its quorum and does not lead:", env.id);
    env.setTimer("quorum", config.options.electionTimeoutMin);
    let active = 1;
    for (const [id, progress] of role.progress) {
      if (progress.isActive && id !== env.id) active++;
      progress.isActive = false;
    }
    if (active < majority(config.members.length)) this.#member.becomeFollower(term, undefined);
  }

  onAppendReply(from: NodeId, message: AppendReply): void {
    const { state, env } = this.#member;
    if (message.term > state.term) this.#member.becomeFollower(message.term, undefined);
    if (message.term !== state.term || state.role.kind !== "leader") return;
    const progress = this.#progressOf(from);
    progress.isActive = true;
    if (message.accepted) this.#onAccepted(progress, message.match);
    else this.#onRejected(progress, message);
    const { lastIndex } = state.log;
    if (!progress.isPaused && progress.next <= lastIndex && from !== env.id) {
      this.#sendAppend(from, progress);
    }
  }

  #onAccepted(progress: Progress, match: number): void {
    const { state, config } = this.#member;
    const { role, log, commit, term } = state;
    if (role.kind === "leader" && progress.match <= commit && match > commit) role.ahead++;
    progress.match = Math.max(progress.match, match);
    progress.next = Math.max(progress.next, progress.match + 1);
    progress.mode = "replicate";
    progress.isPaused = false;
    // Most answers add nobody to those ahead, or too few.
    if (role.kind !== "leader" || role.ahead < majority(config.members.length)) return;
    const matches = matchesOf(role.progress);
    const agreed = majorityIndex(matches);
    // Raft §5.4.2: only entries of the current term are committed by counting.
    if (agreed > commit && termAt(log, agreed) === term) this.#member.commitUpTo(agreed);
    role.ahead = matches.filter((index) => index > state.commit).length;
  }

  #onRejected(progress: Progress, reply: AppendReply & { readonly accepted: false }): void {
    const { rejected, hintIndex, hintTerm } = reply;
    // An answer to an older append, overtaken by what is known since.
    const isStale =
      rejected <= progress.match || (progress.mode === "probe" && rejected !== progress.next - 1);
    if (isStale) return;
    const { log } = this.#member.state;
    const agreement = lastIndexUpToTerm(log, Math.min(hintIndex, log.lastIndex), hintTerm);
    progress.next = Math.max(progress.match + 1, Math.min(rejected, agreement + 1));
    progress.mode = "probe";
    progress.isPaused = false;
  }

  #progressOf(id: NodeId): Progress {
    const { role } = this.#member.state;
    const progress = role.kind === "leader" ? role.progress.get(id) : undefined;
    assert(progress !== undefined, "no progress of", id);
    return progress;
  }
}
