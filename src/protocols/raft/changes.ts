// Changes of who takes part: Raft §6, thesis §4. A configuration is in force from when its entry is
// applied on, as in etcd/raft; so a leader proposes none before the last one is applied, and none
// before it has committed an entry of its own term (Ongaro, "bug in single-server membership
// changes", raft-dev, 2015).

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import {
  type ChangeRefusal,
  type Configuration,
  changeConfiguration,
  isJoint,
  isVoter,
  leaveJoint,
  type MemberChange,
  membersOf,
  nameMembers,
} from "./configuration.ts";
import { hostOf, type MemberId } from "./identity.ts";
import { type Entry, entryAt } from "./log.ts";
import type { Member } from "./member.ts";
import { newProgress } from "./progress.ts";
import type { ChangeState, LeaderRole } from "./state.ts";

/** What a leader does about changes. */
export class Changes<Command> {
  readonly #member: Member<Command>;
  readonly #append: (configuration: Configuration) => Entry<Command> | undefined;

  /** `append` adds an entry to the leader's log; undefined: the disk has no room. */
  constructor(
    member: Member<Command>,
    append: (configuration: Configuration) => Entry<Command> | undefined,
  ) {
    this.#member = member;
    this.#append = append;
  }

  /** Proposes a change; it is decided when the entry is applied, and joint consensus has ended. */
  propose(changes: readonly MemberChange[]): Entry<Command> | ChangeRefusal | "disk full" {
    const { state } = this.#member;
    if (!changes.every((change) => this.#isOfServer(change))) return "unknown server";
    if (!this.#isSettled()) return "change pending";
    const named = nameMembers(state.configuration, changes, this.#role().changes.strangers);
    if (typeof named === "string") return named;
    const next = changeConfiguration(state.configuration, named);
    if (typeof next === "string") return next;
    return this.#begin(next) ?? "disk full";
  }

  /** Somebody is there in place of a member. Replacing that is the administrator's to decide. */
  onStranger({ changes: { strangers } }: LeaderRole, member: MemberId): void {
    const { state, env } = this.#member;
    const host = hostOf(member);
    const isKnown = membersOf(state.configuration).includes(member);
    if (isKnown || strangers.get(host) === member) return;
    strangers.set(host, member);
    env.emit("stranger heard", { member, term: state.term });
  }

  /** It leads now: one who led before may have begun a change. */
  onElected(): void {
    const { log, applied } = this.#member.state;
    for (let index = log.lastIndex; index > applied; index--) {
      const { configuration } = entryAt(log, index);
      if (configuration === undefined) continue;
      this.#role().changes.isLeaving = this.#isLast(configuration);
      return;
    }
  }

  /** After entries were applied: the end of joint consensus, if that is what is due. */
  onCommit(): void {
    const { configuration } = this.#member.state;
    if (isJoint(configuration) && this.#isSettled()) this.#begin(leaveJoint(configuration));
  }

  /** A configuration is in force now: who is new is sent the log, who is gone no more. */
  onReconfigured(): void {
    const { state, config } = this.#member;
    const role = this.#role();
    const members = membersOf(state.configuration);
    for (const id of role.progress.keys()) {
      if (members.includes(id)) continue;
      this.#member.report(role.progress.get(id)!.inflight, 0);
      role.progress.delete(id);
    }
    const { lastIndex } = state.log;
    for (const id of members) {
      if (role.progress.has(id)) continue;
      role.progress.set(id, newProgress(id, lastIndex, config.options));
    }
    const { rounds } = role.changes;
    for (const id of rounds.keys())
      if (!state.configuration.joining.includes(id)) rounds.delete(id);
  }

  /**
   * A member holds the log up to there. One that is to join becomes a voter once it has caught up:
   * when what the log held at the beginning of a round reached it within an election timeout.
   * Source: thesis §4.2.1.
   */
  onMatch(id: NodeId, match: number): void {
    const { state, env, config } = this.#member;
    if (!state.configuration.joining.includes(id)) return;
    const { rounds } = this.#role().changes;
    const round = rounds.get(id);
    if (round !== undefined && match < round.upTo) return;
    const now = env.now();
    const isQuick = round !== undefined && now - round.beganAt <= config.options.electionTimeoutMin;
    if (isQuick && this.#isSettled()) {
      const next = changeConfiguration(state.configuration, [{ kind: "addVoter", id }]);
      assert(typeof next !== "string", "cannot make a voter of", id);
      this.#begin(next);
      return;
    }
    rounds.set(id, { upTo: state.log.lastIndex, beganAt: now });
  }

  /** Whether somebody can be there; who is to go is a member, or is refused as none. */
  #isOfServer({ kind, id }: MemberChange): boolean {
    const { servers } = this.#member.config;
    const isToGo = kind === "remove" || kind === "replace";
    return isToGo || servers === undefined || servers.includes(hostOf(id));
  }

  /** Whether nothing is under way, and this leader knows what is committed. */
  #isSettled(): boolean {
    const { state } = this.#member;
    const { reads, changes, transfer } = this.#role();
    // Whoever takes over goes on with it.
    if (transfer !== undefined) return false;
    return state.applied >= Math.max(changes.pendingIndex, reads.firstIndex);
  }

  #begin(next: Configuration): Entry<Command> | undefined {
    const { changes } = this.#role();
    const entry = this.#append(next);
    if (entry === undefined) return undefined;
    changes.pendingIndex = entry.index;
    changes.isLeaving = this.#isLast(next);
    return entry;
  }

  /**
   * Whether this leader is to lead no more when a configuration is in force. What it took in behind
   * that, some would have and others not: whom it hands over to would lose the election.
   */
  #isLast(configuration: Configuration): boolean {
    return !isVoter(configuration, this.#member.id);
  }

  #role(): LeaderRole {
    const { role } = this.#member.state;
    assert(role.kind === "leader", "changes members and does not lead");
    return role;
  }
}

/** What a new leader knows, whose log ends there: any of that may be a change. */
export function newChanges(lastIndex: number): ChangeState {
  const [rounds, strangers] = [new Map(), new Map()];
  return { pendingIndex: lastIndex, isLeaving: false, rounds, strangers };
}
