// When Raft commits: Raft §5.4.2, §6.

import type { World } from "../sim/invariant.ts";
import { type ElectorateView, isQuorumOf } from "./electorate.ts";
import { decidersOf, everybody } from "./raft-configurations.ts";
import { isDurable } from "./raft-durable.ts";
import { hasLed, type RaftFacts, termOf } from "./raft-facts.ts";
import type { Step } from "./raft-step.ts";
import type { RaftView } from "./raft-view.ts";

/**
 * A leader commits only what is durable on a majority, and only up to an entry of its own term
 * (Raft §5.4.2); a follower only what a leader has committed. A change that is committed in a step
 * may decide, as soon as it is applied, on what is committed behind it in the same one.
 */
export function quorumBeforeCommit({ facts, world, host, node }: Step): string | undefined {
  const { commit } = node;
  // A commit beyond the log is stateMachineSafety's to report.
  if (commit <= facts.change.commit || commit > node.lastIndex) return undefined;
  if (!hasLed(facts, node)) {
    const known = facts.committed.length;
    return commit <= known ? undefined : `${host.id} commits ${commit}, leaders only ${known}`;
  }
  const term = termOf(node, commit);
  if (term !== node.term) {
    return `leader ${host.id} of term ${node.term} commits entry ${commit} of term ${term}`;
  }
  const wrong = decided(facts, world, node);
  return wrong && `${host.id} commits ${wrong}`;
}

/** What is committed in this step, and no majority of those who may decide on it holds it. */
function decided(facts: RaftFacts, world: World, node: RaftView): string | undefined {
  let deciders = decidersOf(facts, world);
  if (lacking(facts, node, node.commit, deciders) === undefined) return undefined;
  const from = Math.max(facts.change.commit, node.base?.index ?? 0) + 1;
  for (let index = from; index < node.commit && index <= node.applied; index++) {
    const { configuration } = node.entryAt(index);
    if (configuration === undefined) continue;
    const wrong = lacking(facts, node, index, deciders);
    if (wrong !== undefined) return wrong;
    deciders = configuration;
  }
  return lacking(facts, node, node.commit, deciders);
}

function lacking(
  facts: RaftFacts,
  node: RaftView,
  index: number,
  deciders: ElectorateView,
): string | undefined {
  const term = termOf(node, index);
  const holders = everybody(facts)
    .filter(({ durable }) => isDurable(durable, index, term))
    .map(({ member }) => member);
  if (isQuorumOf(deciders, (id) => holders.includes(id))) return undefined;
  const { voters, outgoing } = deciders;
  const names = holders.join(", ") || "nobody";
  const both = outgoing.length === 0 ? "" : ` and of ${outgoing.join(", ")}`;
  return `entry ${index}, durable on ${names} of ${voters.join(", ")}${both}`;
}
