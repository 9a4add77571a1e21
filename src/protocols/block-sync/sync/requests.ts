// What peers are asked, and what has not been answered yet.

import { assert } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";
import type { SyncRequest } from "../messages.ts";
import type { SyncContext } from "./sync-context.ts";
import type { Experience, OpenRequest } from "./sync-state.ts";

/** Begins the names of the timers of requests; what follows is the request's number. */
export const REQUEST_TIMER = "request ";

/** Begins the names of the timers of what may be overdue; what follows is the request's number. */
export const OVERDUE_TIMER = "overdue ";

/** What is asked, without the number. */
export type Question = SyncRequest extends infer Request
  ? Request extends SyncRequest
    ? Omit<Request, "request">
    : never
  : never;

/** Asks a peer; returns the number of the request, which no other has. */
export function ask(
  { env, options, memory: { sync } }: SyncContext,
  peer: NodeId,
  question: Question,
  about: OpenRequest["about"],
): number {
  const request = ++sync.lastRequest;
  assert(!sync.requests.has(request), "a request is asked twice:", request);
  sync.requests.set(request, { peer, sentAt: env.now(), about, isWatched: false });
  sync.counts.requests++;
  env.setTimer(`${REQUEST_TIMER}${request}`, options.sync.requestTimeout);
  env.send(peer, { ...question, request });
  return request;
}

/** Forgets a request: it was answered, or nobody waits for it any more. */
export function close(context: SyncContext, request: number): void {
  const { env, memory } = context;
  const { sync } = memory;
  const open = sync.requests.get(request);
  if (open !== undefined) unwatch(context, request, open);
  sync.requests.delete(request);
  env.cancelTimer(`${REQUEST_TIMER}${request}`);
}

function unwatch({ env }: SyncContext, request: number, open: OpenRequest): void {
  if (open.isWatched) env.cancelTimer(`${OVERDUE_TIMER}${request}`);
  open.isWatched = false;
}

/** Another peer answers instead: the answer is of no use any more, but is still under way. */
export function supersede({ memory: { sync } }: SyncContext, request: number): void {
  const open = sync.requests.get(request);
  const about = open?.about;
  assert(about === "bodies" || about === "headers", "nothing is superseded:", request, about);
  sync.requests.set(request, { ...open!, about: `late ${about}` });
}

/** Whether another peer answers instead. */
export function isLate({ about }: OpenRequest): boolean {
  return about === "late bodies" || about === "late headers";
}

/** How many requests for bodies are under way, those for which others have answered included. */
export function bodyRequests({ memory: { sync } }: SyncContext): number {
  let count = 0;
  for (const { about } of sync.requests.values()) if (isAboutBodies(about)) count++;
  return count;
}

function isAboutBodies(about: OpenRequest["about"]): boolean {
  return about === "bodies" || about === "late bodies";
}

/** How many requests of any kind one peer is to answer. */
export function requestsTo({ memory: { sync } }: SyncContext, peer: NodeId): number {
  let count = 0;
  for (const request of sync.requests.values()) if (request.peer === peer) count++;
  return count;
}

/** For how long a peer has owed the oldest answer that it owes; 0 if it owes none. */
export function owedFor({ env, memory: { sync } }: SyncContext, peer: NodeId): Micros {
  // The oldest comes first.
  for (const open of sync.requests.values()) if (open.peer === peer) return env.now() - open.sentAt;
  return 0;
}

/** What is known of a peer from asking it. */
export function experienceOf({ memory: { sync } }: SyncContext, peer: NodeId): Experience {
  const known = sync.experience.get(peer);
  if (known !== undefined) return known;
  sync.experience.set(peer, {
    ...{ replyTime: 0, bodiesTime: 0, answeredAt: 0, answered: 0, leadTime: 0 },
    ...{ failures: 0, silences: 0, leadsFrom: 0, restsUntil: 0 },
  });
  return sync.experience.get(peer)!;
}

/**
 * Learns that a peer has answered. What it was asked before, and has not answered, may be overdue.
 */
export function learnAnswer(context: SyncContext, request: number, open: OpenRequest): void {
  learnReplyTime(context, open, "answered");
  const experience = experienceOf(context, open.peer);
  experience.answered = Math.max(experience.answered, request);
  for (const [earlier, other] of context.memory.sync.requests) {
    if (other.peer === open.peer && earlier < request) unwatch(context, earlier, other);
  }
}

/**
 * Learns how long a peer took, or takes at least: three quarters of what it was, and one of what is
 * new. Headers are small: how soon they come says little of all else, and is kept for itself.
 */
export function learnReplyTime(
  context: SyncContext,
  { peer, sentAt, about }: OpenRequest,
  outcome: "answered" | "overdue",
): void {
  const experience = experienceOf(context, peer);
  const { replyTime, bodiesTime, answeredAt } = experience;
  const now = context.env.now();
  const taken = Math.max(1, now - sentAt);
  // That it had to answer something else before says nothing of how it would lead.
  const alone = outcome === "answered" ? Math.max(1, now - Math.max(sentAt, answeredAt)) : taken;
  if (outcome === "answered") experience.answeredAt = now;
  const isAboutHeaders = about === "headers" || about === "late headers";
  if (isAboutHeaders) experience.leadTime = alone;
  if (isAboutHeaders && outcome === "answered") {
    experience.silences = 0;
    return;
  }
  if (isAboutBodies(about) && outcome === "answered") {
    experience.bodiesTime = Math.max(taken, smoothed(bodiesTime, taken));
  }
  experience.replyTime = replyTime === 0 ? taken : smoothed(replyTime, taken);
}

function smoothed(known: Micros, taken: Micros): Micros {
  return Math.floor((3 * known + taken) / 4);
}

/**
 * A peer led nowhere: it does not lead for a while, each time in a row for twice as long. Who is
 * silent is never banned for it, as that proves nothing; in the end it leads as seldom as if it
 * were. Who was out of reach is tried again before as much time has passed again. Sources: geth
 * drops a peer that lets a request for headers time out; Lighthouse takes score, which comes back.
 */
export function retreat(context: SyncContext, peer: NodeId): void {
  const { env, options } = context;
  const experience = experienceOf(context, peer);
  const { failures, silences } = experience;
  const pause = retryPause(options, Math.min(failures, DOUBLINGS_MAX));
  const banned = Math.min(retryPause(options, silences - 1), options.peers.banTime);
  experience.failures++;
  experience.leadsFrom = env.now() + (silences === 0 ? pause : Math.max(pause, banned));
}

/** A peer that leads has not answered in time. */
export function noteSilence(context: SyncContext, peer: NodeId): void {
  experienceOf(context, peer).silences++;
}

function retryPause({ sync }: SyncContext["options"], doublings: number): Micros {
  return sync.retryDelay * 2 ** Math.min(doublings, SAFE_DOUBLINGS);
}

const DOUBLINGS_MAX = 4;
/** Of a second, no more than whole numbers hold. */
const SAFE_DOUBLINGS = 30;
