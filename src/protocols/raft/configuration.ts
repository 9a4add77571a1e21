// Who takes part, and how that changes: joint consensus (Raft §6, thesis §4.3) with learners
// (thesis §4.2.1). Pure functions; the rules of when a change may be proposed are the leader's.

import { assert } from "../../sim/assert.ts";
import type { NodeId } from "../../sim/env.ts";
import { hostOf, type MemberId, memberNamed } from "./identity.ts";
import type { Electorate } from "./quorum.ts";

/** Who takes part. A member is a voter, an outgoing voter or a learner; nobody is listed twice. */
export interface Configuration extends Electorate {
  /** They get the log and decide nothing. Invariant: neither in `voters` nor in `outgoing`. */
  readonly learners: readonly NodeId[];
  /** Outgoing voters that become learners when the joint phase ends. */
  readonly learnersNext: readonly NodeId[];
  /** Learners that the leader makes voters once they have caught up. */
  readonly joining: readonly NodeId[];
}

/**
 * One step of a change. `addVoter`: at once, however little it holds. `join`: first a learner, a
 * voter as soon as it has caught up. `addLearner`: a new member, or a voter that shall decide no
 * more. `remove`: of a voter or a learner. `replace`: of a member whose disk is lost by who is on
 * its host now, who joins, or learns if that is what the member did.
 */
export type MemberChange = {
  readonly kind: "addVoter" | "addLearner" | "join" | "remove" | "replace";
  /** A host's name: the member there, or else the one that its disk was formatted for. */
  readonly id: NodeId;
};

/** One step of a change, of one member. */
export interface NamedChange {
  readonly kind: Exclude<MemberChange["kind"], "replace">;
  readonly id: MemberId;
}

/** Why a change was refused: nothing has changed. */
export type ChangeRefusal =
  /** Another change is under way, or may be: the leader has not committed in its term yet. */
  | "change pending"
  /** Somebody is to be removed or demoted who is no member. */
  | "unknown member"
  /** Somebody is to be added who is on none of the hosts that have a server. */
  | "unknown server"
  /** Nobody would be left to vote. */
  | "no voters"
  /** One member is named twice, or two would be on one host. */
  | "contradiction"
  /** Nobody was heard on the host of the member that is to be replaced, but perhaps itself. */
  | "no stranger"
  /** Nothing is asked for. */
  | "empty change"
  /** Everything is so already. */
  | "no change";

/** A group of voters, none of them in doubt. */
export function initialConfiguration(voters: readonly NodeId[]): Configuration {
  return { voters, outgoing: [], learners: [], learnersNext: [], joining: [] };
}

/** Whether a change is under way: two majorities decide. */
export function isJoint({ outgoing }: Electorate): boolean {
  return outgoing.length > 0;
}

/** All members, each once: voters first, then those that vote for the last time, then learners. */
export function membersOf({ voters, outgoing, learners }: Configuration): NodeId[] {
  return [...new Set([...voters, ...outgoing, ...learners])];
}

/** Whether a member has a vote. */
export function isVoter({ voters, outgoing }: Electorate, id: NodeId): boolean {
  return voters.includes(id) || outgoing.includes(id);
}

/**
 * Changes of hosts as changes of members; `strangers` tells by host who was heard there that is no
 * member.
 */
export function nameMembers(
  configuration: Configuration,
  changes: readonly MemberChange[],
  strangers: ReadonlyMap<NodeId, MemberId>,
): readonly NamedChange[] | ChangeRefusal {
  const members = membersOf(configuration);
  const named: NamedChange[] = [];
  for (const { kind, id } of changes) {
    const member = memberNamed(members, id);
    if (kind !== "replace") {
      named.push({ kind, id: member ?? id });
      continue;
    }
    if (member === undefined) return "unknown member";
    const stranger = strangers.get(hostOf(member));
    if (stranger === undefined || stranger === member) return "no stranger";
    const { learners, joining } = configuration;
    const isLearner = learners.includes(member) && !joining.includes(member);
    named.push({ kind: "remove", id: member });
    named.push({ kind: isLearner ? "addLearner" : "join", id: stranger });
  }
  return named;
}

/**
 * The configuration that some changes lead to, all at once: at the end, if at most one voter comes
 * or goes (two such majorities have a member in common, thesis §4.1); otherwise the joint one, of
 * which {@link leaveJoint} is the end. Same rules as etcd/raft `confchange.Changer`.
 */
export function changeConfiguration(
  configuration: Configuration,
  changes: readonly NamedChange[],
): Configuration | ChangeRefusal {
  if (changes.length === 0) return "empty change";
  if (isJoint(configuration)) return "change pending";
  if (new Set(changes.map(({ id }) => id)).size < changes.length) return "contradiction";
  const members = new Set(membersOf(configuration));
  if (changes.some(({ kind, id }) => kind === "remove" && !members.has(id)))
    return "unknown member";
  const changed = changes.reduce(applyChange, configuration);
  if (changed.voters.length === 0) return "no voters";
  const hosts = membersOf(changed).map(hostOf);
  if (new Set(hosts).size < hosts.length) return "contradiction";
  if (isSame(changed, configuration)) return "no change";
  const { voters } = configuration;
  const coming = changed.voters.filter((id) => !voters.includes(id)).length;
  const going = voters.filter((id) => !changed.voters.includes(id)).length;
  return coming + going <= 1 ? changed : enterJoint(configuration, changed);
}

/** The end of a joint configuration: the outgoing voters go, or become learners. */
export function leaveJoint(configuration: Configuration): Configuration {
  assert(isJoint(configuration), "no change is under way");
  const { voters, learners, learnersNext, joining } = configuration;
  return {
    voters,
    outgoing: [],
    learners: [...learners, ...learnersNext],
    learnersNext: [],
    joining,
  };
}

function applyChange(configuration: Configuration, { kind, id }: NamedChange): Configuration {
  const { voters, learners, joining } = without(configuration, id);
  const rest = { outgoing: [], learnersNext: [] };
  switch (kind) {
    case "addVoter":
      return { ...rest, learners, joining, voters: keepPlace(configuration.voters, voters, id) };
    case "join":
      // Who votes already has nothing to catch up with.
      if (configuration.voters.includes(id)) return configuration;
      return {
        ...rest,
        voters,
        learners: keepPlace(configuration.learners, learners, id),
        joining: keepPlace(configuration.joining, joining, id),
      };
    case "addLearner":
      return {
        ...rest,
        voters,
        learners: keepPlace(configuration.learners, learners, id),
        joining,
      };
    case "remove":
      return { ...rest, voters, learners, joining };
  }
}

function without({ voters, learners, joining }: Configuration, id: NodeId) {
  const isOther = (member: NodeId): boolean => member !== id;
  return {
    voters: voters.filter(isOther),
    learners: learners.filter(isOther),
    joining: joining.filter(isOther),
  };
}

/** Those who were there, with one more at the end unless it was among them. */
function keepPlace(before: readonly NodeId[], others: readonly NodeId[], id: NodeId) {
  return before.includes(id) ? before : [...others, id];
}

/** Both the voters of now and those to come decide; who shall be a learner votes until the end. */
function enterJoint(now: Configuration, next: Configuration): Configuration {
  const isOutgoing = (id: NodeId): boolean => now.voters.includes(id);
  return {
    voters: next.voters,
    outgoing: now.voters,
    learners: next.learners.filter((id) => !isOutgoing(id)),
    learnersNext: next.learners.filter(isOutgoing),
    joining: next.joining,
  };
}

function isSame(a: Configuration, b: Configuration): boolean {
  const isEqual = (x: readonly NodeId[], y: readonly NodeId[]): boolean =>
    x.length === y.length && x.every((id) => y.includes(id));
  return (
    isEqual(a.voters, b.voters) && isEqual(a.learners, b.learners) && isEqual(a.joining, b.joining)
  );
}
