// Whom to ask. Every choice is a total order, so that the same memory always asks the same peer.

import type { NodeId } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";
import { tipOf } from "../chain.ts";
import type { Status } from "../messages.ts";
import type { PeerState } from "../peers/peer-state.ts";
import { isActive } from "../peers/peers.ts";
import { type AskedBatch, attemptsOf, type Batch } from "./batch.ts";
import { experienceOf, owedFor, requestsTo } from "./requests.ts";
import type { SyncContext } from "./sync-context.ts";
import type { BlockSession } from "./sync-state.ts";

/** Somebody who can be asked. */
export interface Candidate {
  readonly name: NodeId;
  readonly peer: PeerState;
  readonly status: Status;
}

/**
 * Who is to give headers: of those who claim a better chain that is not known here the one who has
 * led nowhere least often, then the best score, the quickest, the greatest claim, the first name.
 * Claims are not believed: a broken one costs score, and its peer's turn.
 */
export function leaderOf(context: SyncContext): Candidate | undefined {
  const now = context.env.now();
  const offering = candidates(context).filter(
    (one) => isBetter(context, one) && experienceOf(context, one.name).leadsFrom <= now,
  );
  const failures = ({ name }: Candidate): number => experienceOf(context, name).failures;
  return least(offering, (one, other) => [
    failures(one) - failures(other),
    other.peer.score - one.peer.score,
    expectedLead(context, one.name, 0) - expectedLead(context, other.name, 0),
    other.status.tip.height - one.status.tip.height,
  ]);
}

/**
 * Who is to lead in place of a leader that takes so long: somebody no less trusted, who claims to
 * have more than is given, and is not known to take more than half of that; undefined when nobody
 * is.
 */
export function quickerLeader(
  context: SyncContext,
  { leader, formerLeaders, strangers, last }: BlockSession,
  leadTime: Micros,
): Candidate | undefined {
  const { chain, peers } = context.memory;
  const { failures } = experienceOf(context, leader);
  const score = peers.get(leader)?.score ?? 0;
  const { height } = last ?? tipOf(chain).header;
  const others = candidates(context).filter(({ name }) => name !== leader);
  const known = others.map(({ name }) => expectedLead(context, name, 0)).filter((time) => time > 0);
  // Who is tried for the first time is no better than the best; if nobody is known, it is tried.
  const unknown = known.length === 0 ? 0 : Math.min(...known);
  const quicker = others.filter(
    ({ name, status, peer }) =>
      status.tip.height > height &&
      !context.imports.isKnown(status.tip.hash) &&
      ![...formerLeaders, ...strangers].includes(name) &&
      experienceOf(context, name).failures <= failures &&
      peer.score >= score &&
      2 * expectedLead(context, name, unknown) <= leadTime,
  );
  return least(quicker, (one, other) => [
    expectedLead(context, one.name, unknown) - expectedLead(context, other.name, unknown),
    requestsTo(context, one.name) - requestsTo(context, other.name),
    other.peer.score - one.peer.score,
  ]);
}

/**
 * How long a peer takes for headers: as long as it did, at least as long as it has owed any answer;
 * of one who never gave headers it is guessed by its bodies.
 */
function expectedLead(context: SyncContext, peer: NodeId, unknown: Micros): Micros {
  const { leadTime, replyTime } = experienceOf(context, peer);
  const lead = leadTime === 0 ? replyTime : leadTime;
  return Math.max(lead === 0 ? unknown : lead, owedFor(context, peer));
}

/** Notes since when each peer has claimed what is not here. */
export function noteClaims({ env, memory, imports }: SyncContext): void {
  for (const peer of memory.peers.values()) {
    const { status, awaited } = peer;
    if (status === undefined || imports.isKnown(status.tip.hash)) peer.awaited = undefined;
    else if (awaited === undefined || imports.isKnown(awaited.hash)) {
      peer.awaited = { hash: status.tip.hash, since: env.now() };
    }
  }
}

/**
 * Whether a peer claims a chain that fork choice may prefer, and of which the tip is not known. A
 * claim of no more than {@link UNDER_WAY_BLOCKS} counts only after a time of grace: what was made
 * just now comes by itself.
 */
function isBetter(context: SyncContext, { status, peer }: Candidate): boolean {
  const { memory, imports } = context;
  const { chain } = memory;
  if (imports.isKnown(status.tip.hash)) return false;
  const { header: tip } = tipOf(chain);
  const lead = status.tip.height - tip.height;
  const isLower = lead === 0 && status.tip.hash < tip.hash;
  const isOffered = lead > 0 || isLower || status.justified.height > chain.justified.height;
  return isOffered && (lead > UNDER_WAY_BLOCKS || isOverdue(context, peer));
}

/** So many blocks may be under way from a peer that claims them. */
const UNDER_WAY_BLOCKS = 2;

function isOverdue({ env, options, imports }: SyncContext, { awaited }: PeerState): boolean {
  if (awaited === undefined || imports.isKnown(awaited.hash)) return options.sync.grace === 0;
  return env.now() - awaited.since >= options.sync.grace;
}

/** Who can be asked for a batch: now, later, or nobody ever. */
export type BodySource = { readonly peer: NodeId } | "later" | "nobody";

/**
 * Who is to give the bodies of a batch: who was asked for it in vain least often; then who will
 * have answered first, if all take as long as they did and answer one request after another; then
 * the fewest requests, the best score, the first name.
 */
export function bodySourceOf(
  context: SyncContext,
  batch: Batch,
  session: BlockSession,
): BodySource {
  const able = ableToGive(context, batch, session);
  if (able.length === 0) return "nobody";
  const best = quickest(context, able, (name) => attemptsOf(batch, name));
  return best === undefined ? "later" : { peer: best.name };
}

/**
 * Who is to give the bodies of a batch as well, since the peer that was asked is overdue: chosen in
 * the same way among those who may be expected to answer before that; undefined when nobody may.
 */
export function secondSourceOf(
  context: SyncContext,
  batch: AskedBatch,
  session: BlockSession,
): NodeId | undefined {
  const wait = expectedWait(context, batch.peer);
  const able = ableToGive(context, batch, session).filter(
    ({ name }) => name !== batch.peer && expectedWait(context, name) < wait,
  );
  return quickest(context, able, (name) => attemptsOf(batch, name))?.name;
}

/** Who may have the bodies, and was not asked for them in vain too often. */
function ableToGive(
  context: SyncContext,
  batch: Batch,
  { strangers }: BlockSession,
): readonly Candidate[] {
  const { attemptsPerPeer } = context.options.sync;
  const [first, last] = [batch.headers[0]!, batch.headers[batch.headers.length - 1]!];
  return candidates(context).filter(
    ({ name, status }) =>
      attemptsOf(batch, name) < attemptsPerPeer &&
      !strangers.includes(name) &&
      status.bodiesFrom <= first.height &&
      (name === batch.givenBy || status.tip.height >= last.height),
  );
}

/** Of those who are not resting, and were asked least often, the one who will answer first. */
export function quickest(
  context: SyncContext,
  able: readonly Candidate[],
  attempts: (name: NodeId) => number,
): Candidate | undefined {
  const now = context.env.now();
  const awake = able.filter(({ name }) => experienceOf(context, name).restsUntil <= now);
  const wait = ({ name }: Candidate): number => expectedWait(context, name);
  return least(awake, (one, other) => [
    attempts(one.name) - attempts(other.name),
    wait(one) - wait(other),
    requestsTo(context, one.name) - requestsTo(context, other.name),
    other.peer.score - one.peer.score,
  ]);
}

/**
 * When a peer will have answered one request more, as it answers one after another, and has begun
 * with the oldest. Who is overdue takes at least so long; who has never answered is tried, and then
 * guessed at.
 */
function expectedWait(context: SyncContext, peer: NodeId): Micros {
  const { replyTime, leadTime, answeredAt } = experienceOf(context, peer);
  const known = replyTime === 0 ? leadTime : replyTime;
  const requests = requestsTo(context, peer);
  if (requests === 0) return known;
  const owed = owedFor(context, peer);
  const one = Math.max(known === 0 ? context.options.sync.retryDelay : known, owed);
  const begun = Math.min(owed, context.env.now() - answeredAt, one);
  return (requests + 1) * one - (known === 0 ? 0 : begun);
}

/** All who can be asked. */
export function candidates({ memory: { peers } }: SyncContext): Candidate[] {
  return [...peers].flatMap(([name, peer]) => {
    const { status } = peer;
    return isActive(peer) && status !== undefined ? [{ name, peer, status }] : [];
  });
}

/** The least by the first difference that is not 0, and by name if all are. */
function least(
  list: readonly Candidate[],
  differences: (one: Candidate, other: Candidate) => readonly number[],
): Candidate | undefined {
  const isLess = (one: Candidate, other: Candidate): boolean => {
    const difference = differences(one, other).find((number) => number !== 0);
    return difference === undefined ? one.name < other.name : difference < 0;
  };
  return list.reduce<Candidate | undefined>(
    (best, other) => (best === undefined || isLess(other, best) ? other : best),
    undefined,
  );
}
