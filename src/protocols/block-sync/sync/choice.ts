// Whom to ask. Every choice is a total order, so that the same memory always asks the same peer.

import type { NodeId } from "../../../sim/env.ts";
import { tipOf } from "../chain.ts";
import type { Status } from "../messages.ts";
import type { PeerState } from "../peers/peer-state.ts";
import { isActive } from "../peers/peers.ts";
import { attemptsOf, type Batch } from "./batch.ts";
import { experienceOf, requestsTo } from "./requests.ts";
import type { SyncContext } from "./sync-context.ts";
import type { BlockSession } from "./sync-state.ts";

interface Candidate {
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
    experienceOf(context, one.name).leadTime - experienceOf(context, other.name).leadTime,
    other.status.tip.height - one.status.tip.height,
  ]);
}

/** Whether somebody else, no less trusted, claims to have more than the leader has given. */
export function isReplaceable(context: SyncContext, { leader, last }: BlockSession): boolean {
  const { failures } = experienceOf(context, leader);
  const height = last?.height ?? 0;
  return candidates(context).some(
    ({ name, status }) =>
      name !== leader &&
      status.tip.height > height &&
      experienceOf(context, name).failures <= failures &&
      experienceOf(context, name).leadTime <= context.options.sync.retryDelay,
  );
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
  { leader, strangers }: BlockSession,
): BodySource {
  const { attemptsPerPeer } = context.options.sync;
  const [first, last] = [batch.headers[0]!, batch.headers[batch.headers.length - 1]!];
  const able = candidates(context).filter(
    ({ name, status }) =>
      attemptsOf(batch, name) < attemptsPerPeer &&
      !strangers.includes(name) &&
      status.bodiesFrom <= first.height &&
      (name === leader || status.tip.height >= last.height),
  );
  if (able.length === 0) return "nobody";
  const best = quickest(context, able, (name) => attemptsOf(batch, name));
  return best === undefined ? "later" : { peer: best.name };
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

/** Who is overdue takes at least so long; who has never answered is tried, and then guessed at. */
function expectedWait(context: SyncContext, peer: NodeId): number {
  const { env, options, memory } = context;
  const { replyTime } = experienceOf(context, peer);
  const open = [...memory.sync.requests.values()].filter((request) => request.peer === peer);
  if (open.length === 0) return replyTime;
  const age = env.now() - open[0]!.sentAt;
  const one = Math.max(replyTime === 0 ? options.sync.retryDelay : replyTime, age);
  return (open.length + 1) * one;
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
