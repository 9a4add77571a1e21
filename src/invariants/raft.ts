// The safety of Raft: figure 3 of Ongaro and Ousterhout 2014, and what makes it true.

import type { NodeId } from "../sim/env.ts";
import type { Breach, Invariant, Verdict, World } from "../sim/invariant.ts";
import { isSame } from "./raft-commands.ts";
import { quorumBeforeCommit } from "./raft-commits.ts";
import { configurationsOverlap, isElectedByVoters } from "./raft-configurations.ts";
import { type DurableReader, lastDurable } from "./raft-durable.ts";
import {
  knownEntry,
  newRaftFacts,
  observe,
  previousTerm,
  type ServerFacts,
  termOf,
} from "./raft-facts.ts";
import { promisesIn } from "./raft-promises.ts";
import { durableIsRecalled } from "./raft-recall.ts";
import { isOfThePrefix, type Replayer } from "./raft-snapshots.ts";
import type { Step } from "./raft-step.ts";
import type { RaftView } from "./raft-view.ts";

/**
 * The safety of Raft: a family, as its members look at the same facts. Snapshots are judged if
 * there is somebody to replay the log.
 */
export function raftSafety(reader: DurableReader, replayer?: Replayer): Invariant<RaftView> {
  const made = {
    name: "RAFT",
    state: newRaftFacts(),
    onStep: (world: World<RaftView>): Verdict => {
      const facts = made.state;
      const host = world.server;
      // One that goes down in the middle of a step has done what it did before.
      const node = host?.node ?? world.fallen;
      if (host === undefined || node === undefined) return undefined;
      const promises = promisesIn(world.sent);
      // One that cannot read its disk has no term and no log to judge, as long as it is silent.
      if (promises.length === 0 && node.isHalted === true) return undefined;
      const server = observe(facts, world, host, node, reader);
      // Most steps change nothing and promise nothing: what held before holds.
      if (!facts.change.isAny && promises.length === 0) return undefined;
      return judge({ facts, world, host, node, server, promises }, replayer);
    },
  };
  return made;
}

/** Asks every member. Written out, as a loop over them would cost more than most of them do. */
function judge(step: Step, replayer: Replayer | undefined): Verdict {
  const elect = electionSafety(step);
  const vote = oneVoteInATerm(step);
  const append = leaderAppendOnly(step);
  const match = logMatching(step);
  const complete = leaderCompleteness(step);
  const mono = monotonic(step);
  const safety = stateMachineSafety(step);
  const quorum = quorumBeforeCommit(step);
  const keep = committedIsKept(step);
  const durable = promisesAreDurable(step);
  const recall = durableIsRecalled(step);
  const config = configurationsOverlap(step);
  const voters = isElectedByVoters(step);
  const snapshot = isOfThePrefix(step, replayer);
  const isWell =
    (elect ??
      vote ??
      append ??
      match ??
      complete ??
      mono ??
      safety ??
      quorum ??
      keep ??
      durable ??
      recall ??
      config ??
      voters ??
      snapshot) === undefined;
  if (isWell) return undefined;
  const breaches = [
    breach("RAFT-ELECT", elect),
    breach("RAFT-VOTE", vote),
    breach("RAFT-APPEND", append),
    breach("RAFT-MATCH", match),
    breach("RAFT-COMPLETE", complete),
    breach("RAFT-MONO", mono),
    breach("RAFT-SM-SAFETY", safety),
    breach("RAFT-QUORUM", quorum),
    breach("RAFT-KEEP", keep),
    breach("RAFT-DURABLE", durable),
    breach("RAFT-RECALL", recall),
    breach("RAFT-CONFIG", config),
    breach("RAFT-VOTERS", voters),
    breach("RAFT-SNAPSHOT", snapshot),
  ];
  return breaches.flat();
}

function breach(invariant: string, message: string | undefined): Breach[] {
  return message === undefined ? [] : [{ invariant, message }];
}

/** At most one leader in a term. Raft figure 3, Election Safety. */
function electionSafety({ facts, server, node }: Step): string | undefined {
  const { role, term } = facts.change;
  if (node.role !== "leader" || (role === "leader" && term === node.term)) return undefined;
  const leader = facts.leaders.get(node.term);
  const { member } = server;
  if (leader === undefined) facts.leaders.set(node.term, member);
  else if (leader !== member) return `term ${node.term} has two leaders: ${leader}, ${member}`;
  return undefined;
}

/**
 * A server gives at most one vote in a term, restarts or not, and none that it may forget. Judged
 * when a vote leaves: what was never promised may be forgotten. Raft §5.2.
 */
function oneVoteInATerm({ promises, node, server, facts }: Step): string | undefined {
  for (const { to, message } of promises) {
    if (message.type !== "voteReply" || message.granted !== true) continue;
    const wrong = vote(server, message.term, message.between?.to ?? to);
    if (wrong !== undefined) return wrong;
  }
  const isElected = node.role === "leader" && facts.change.role !== "leader";
  return isElected ? vote(server, node.term, server.member) : undefined;
}

function vote(
  { member: id, votes, durable }: ServerFacts,
  term: number,
  candidate: NodeId,
): string | undefined {
  const earlier = votes.get(term);
  votes.set(term, candidate);
  if (earlier !== undefined && earlier !== candidate) {
    return `${id} votes for ${earlier} and for ${candidate} in term ${term}`;
  }
  if (durable.term === term && durable.votedFor === candidate) return undefined;
  const found = `term ${durable.term}, vote for ${durable.votedFor ?? "nobody"}`;
  return `${id} votes for ${candidate} in term ${term} while its disk has ${found}`;
}

/** A leader only adds to its log. Raft figure 3, Leader Append-Only. */
function leaderAppendOnly({ facts, host, node }: Step): string | undefined {
  const { role, term, isNewLife, logFrom, lastIndex } = facts.change;
  const stayedLeader = role === "leader" && node.role === "leader" && term === node.term;
  if (!stayedLeader || isNewLife || logFrom > lastIndex) return undefined;
  return `leader ${host.id} of term ${term} changes its own entry ${logFrom} of ${lastIndex}`;
}

/**
 * Equal index and term, equal command and equal entries before it. Raft figure 3, Log Matching.
 * By induction it is enough to compare each entry's predecessor.
 */
function logMatching({ facts, host, node }: Step): string | undefined {
  for (let index = facts.change.logFrom; index <= node.lastIndex; index++) {
    const entry = node.entryAt(index);
    const { term } = entry;
    const known = knownEntry(facts, index, term);
    const before = previousTerm(node, index);
    if (before > term) {
      return `${host.id} has term ${term} at index ${index} behind term ${before}`;
    }
    const name = `entry ${index} of term ${term}`;
    if (known === undefined) return `${name} of ${host.id} was never seen`;
    if (!isSame(known.command, entry.command)) {
      return `${name} has two commands: one on ${known.host}, another on ${host.id}`;
    }
    if (known.previousTerm !== before) {
      const terms = `${known.previousTerm} on ${known.host}, ${before} on ${host.id}`;
      return `${name} follows entries of two terms: ${terms}`;
    }
  }
  return undefined;
}

/**
 * A new leader's log holds all that was committed in earlier terms. Raft figure 3, Leader
 * Completeness. Compared is the term in which an entry was committed, not the one in which it was
 * made: a leader elected late in an old term owes nothing to newer ones.
 */
function leaderCompleteness({ facts, host, node }: Step): string | undefined {
  const { role, term } = facts.change;
  if (node.role !== "leader" || (role === "leader" && term === node.term)) return undefined;
  const owed = facts.commits.findLast((commit) => commit.term < node.term);
  if (owed === undefined) return undefined;
  const { index } = owed;
  const expected = facts.committed[index - 1]!.term;
  // What a snapshot stands for is committed: that it does is RAFT-SNAPSHOT's to judge.
  if (index < (node.base?.index ?? 0)) return undefined;
  const found = index <= node.lastIndex ? `term ${termOf(node, index)}` : "nothing";
  // With Log Matching, an equal last entry means that all before it are equal.
  if (found === `term ${expected}`) return undefined;
  const committed = `entry ${index} of term ${expected}, committed in term ${owed.term}`;
  return `leader ${host.id} of term ${node.term} lacks ${committed}: it has ${found}`;
}

/** No two servers apply different entries at one index. Raft figure 3, State Machine Safety. */
function stateMachineSafety({ facts, host, node }: Step): string | undefined {
  const held = Math.min(node.applied, node.lastIndex);
  const from = Math.max(facts.change.applied, node.base?.index ?? 0);
  for (let index = from + 1; index <= held; index++) {
    const entry = node.entryAt(index);
    const first = facts.applied[index - 1] ?? entry;
    if (entry === first) continue;
    if (entry.term !== first.term || !isSame(entry.command, first.command)) {
      const terms = `of term ${entry.term}, and another server one of term ${first.term}`;
      return `${host.id} applies at index ${index} an entry ${terms}`;
    }
  }
  if (node.applied <= node.commit && node.commit <= node.lastIndex) return undefined;
  const order = `applied ${node.applied}, commit ${node.commit}, last ${node.lastIndex}`;
  return `${host.id} is out of order: ${order}`;
}

/** No server removes a committed entry from its log. */
function committedIsKept({ facts, host }: Step): string | undefined {
  const { lostCommitted } = facts.change;
  return lostCommitted === 0 ? undefined : `${host.id} removes committed entry ${lostCommitted}`;
}

/**
 * Term, commit and applied never fall in a node's life, and the term never below one that the
 * server has promised in an earlier life.
 */
function monotonic({ facts, promises, host, node, server }: Step): string | undefined {
  const { change } = facts;
  const { id } = host;
  for (const { message } of promises) {
    if (message.term > server.promisedTerm) server.promisedTerm = message.term;
  }
  if (node.term < server.promisedTerm) {
    return `${id} has term ${node.term} after it promised term ${server.promisedTerm}`;
  }
  if (change.isNewLife) return undefined;
  if (node.term < change.term) return `${id} falls from term ${change.term} to ${node.term}`;
  if (node.commit < change.commit)
    return `${id} falls from commit ${change.commit} to ${node.commit}`;
  if (node.applied < change.applied) {
    return `${id} falls from applied ${change.applied} to ${node.applied}`;
  }
  return undefined;
}

/**
 * A message names no term, and acknowledges no entry, that its sender's disk may forget. Raft
 * figure 2: persistent state is updated on stable storage before a server responds.
 */
function promisesAreDurable({ promises, host, server }: Step): string | undefined {
  const { durable } = server;
  for (const { message } of promises) {
    const { term, accepted, match = 0 } = message;
    if (term > durable.term) {
      return `${host.id} promises term ${term} while its disk has term ${durable.term}`;
    }
    if (accepted === true && match > lastDurable(durable)) {
      return `${host.id} acknowledges entry ${match}, durable are ${lastDurable(durable)}`;
    }
  }
  return undefined;
}
