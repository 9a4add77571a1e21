// Who decides in Raft, and how that changes: Raft §6, thesis §4.

import type { World } from "../sim/invariant.ts";
import { allOf, canMiss, type ElectorateView, isQuorumOf } from "./electorate.ts";
import type { RaftFacts, ServerFacts } from "./raft-facts.ts";
import type { Step } from "./raft-step.ts";
import type { RaftView } from "./raft-view.ts";

/** Everybody who was ever seen. */
export function everybody({ servers, gone }: RaftFacts): ServerFacts[] {
  const seen = servers.filter((server) => server !== undefined);
  return gone.length === 0 ? seen : [...seen, ...gone];
}

/** Who decided when the step began: what it commits, it commits with their majorities. */
export function decidersOf({ change }: RaftFacts, { servers }: World): ElectorateView {
  return change.configuration ?? allOf(servers);
}

/**
 * A leader's log holds one change at a time that is not committed; any quorum of a configuration
 * has a member in common with any of the one before it; and of two that lead at once, only one can
 * commit. Raft §6; thesis §4.1, §4.3.
 */
export function configurationsOverlap(step: Step): string | undefined {
  const { facts, host, node } = step;
  if (node.configuration === undefined) return undefined;
  const { logFrom } = facts.change;
  const { commit } = node;
  for (let index = logFrom; index <= node.lastIndex && node.role === "leader"; index++) {
    if (node.entryAt(index).configuration === undefined) continue;
    let earlier = index - 1;
    while (earlier > commit && node.entryAt(earlier).configuration === undefined) earlier--;
    if (earlier > commit) {
      return `leader ${host.id} adds change ${index}, and change ${earlier} is not committed`;
    }
  }
  return newConfiguration(step, node.configuration) ?? rivals(step);
}

/**
 * Two lead at once, in whatever terms and configurations, and each may find a quorum of members who
 * have promised nothing to a later term: what one commits the other does not know. Judged when one
 * begins to lead or counts with others; from then on there are but fewer who help the older one.
 */
function rivals({ facts, world, node, server }: Step): string | undefined {
  const { role, term, configuration } = facts.change;
  const isOld = role === "leader" && term === node.term && configuration === node.configuration;
  if (node.role !== "leader" || isOld || !canCommit(facts, node)) return undefined;
  for (const { index, node: other } of world.servers) {
    const rival = facts.servers[index];
    if (rival === undefined || rival === server || other?.role !== "leader") continue;
    // Two of one term are electionSafety's to report.
    if (other.term === node.term || !canCommit(facts, other)) continue;
    const terms = `${server.member} of term ${node.term} and ${rival.member} of term ${other.term}`;
    return `${terms} lead at once, and both may find a quorum`;
  }
  return undefined;
}

/** Whether enough of those who decide for a leader may still do as it says. */
function canCommit(
  facts: RaftFacts,
  { term, configuration }: Pick<RaftView, "term" | "configuration">,
): boolean {
  if (configuration === undefined) return false;
  const { servers, gone } = facts;
  return isQuorumOf(configuration, (id) => {
    const isHis = (server: ServerFacts | undefined): boolean => server?.member === id;
    // Who has lost its disk does nothing any more.
    if (gone.some(isHis)) return false;
    const member = servers.find(isHis);
    return member === undefined || Math.max(member.term, member.promisedTerm) <= term;
  });
}

/**
 * A leader is a voter, and was elected by a quorum: of those whose votes have left. Raft §5.2, §6;
 * thesis §4.2.1 (learners), §4.2.2 (a leader that is removed).
 */
export function isElectedByVoters({ facts, server, node }: Step): string | undefined {
  const electorate = node.configuration;
  if (node.role !== "leader" || electorate === undefined) return undefined;
  const { role, term, configuration } = facts.change;
  const isNew = role !== "leader" || term !== node.term;
  if (!isNew && configuration === electorate) return undefined;
  const { voters, outgoing } = electorate;
  const { member: id } = server;
  if (!voters.includes(id) && !outgoing.includes(id)) {
    return `${id} leads in term ${node.term} and has no vote`;
  }
  // Its configuration may have become another since it was elected.
  if (!isNew) return undefined;
  const supporters = everybody(facts)
    .filter(({ votes }) => votes.get(node.term) === id)
    .map(({ member }) => member);
  if (isQuorumOf(electorate, (voter) => supporters.includes(voter))) return undefined;
  const both = outgoing.length === 0 ? "" : ` and of ${outgoing.join(", ")}`;
  const names = `${supporters.join(", ")} of ${voters.join(", ")}${both}`;
  return `${id} leads in term ${node.term} with ${names}`;
}

/** Follows the configurations that come into force, wherever first. */
function newConfiguration({ facts, node }: Step, now: ElectorateView): string | undefined {
  if (facts.configuration === undefined && now.voters.length > 0 && node.applied === 0) {
    facts.configuration = now;
  }
  while (facts.configured < facts.applied.length) {
    const { configuration: next } = facts.applied[facts.configured++]!;
    if (next === undefined) continue;
    const before = facts.configuration ?? next;
    facts.configuration = next;
    if (canMiss(before, next)) {
      const names = [before, next].map(({ voters }) => voters.join(", ")).join(" and of ");
      return `entry ${facts.configured}: quorums of ${names} may miss each other`;
    }
  }
  return undefined;
}
