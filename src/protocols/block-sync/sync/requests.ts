// What peers are asked, and what has not been answered yet.

import { assert } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import type { SyncRequest } from "../messages.ts";
import type { SyncContext } from "./sync-context.ts";
import type { Experience, OpenRequest } from "./sync-state.ts";

/** Begins the names of the timers of requests; what follows is the request's number. */
export const REQUEST_TIMER = "request ";

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
  sync.requests.set(request, { peer, sentAt: env.now(), about });
  sync.counts.requests++;
  env.setTimer(`${REQUEST_TIMER}${request}`, options.sync.requestTimeout);
  env.send(peer, { ...question, request });
  return request;
}

/** Forgets a request: it was answered, or nobody waits for it any more. */
export function close({ env, memory: { sync } }: SyncContext, request: number): void {
  sync.requests.delete(request);
  env.cancelTimer(`${REQUEST_TIMER}${request}`);
}

/** How many requests for bodies are under way. */
export function bodyRequests({ memory: { sync } }: SyncContext): number {
  let count = 0;
  for (const { about } of sync.requests.values()) if (about === "bodies") count++;
  return count;
}

/** How many requests of any kind one peer is to answer. */
export function requestsTo({ memory: { sync } }: SyncContext, peer: NodeId): number {
  let count = 0;
  for (const request of sync.requests.values()) if (request.peer === peer) count++;
  return count;
}

/** What is known of a peer from asking it. */
export function experienceOf({ memory: { sync } }: SyncContext, peer: NodeId): Experience {
  const known = sync.experience.get(peer);
  if (known !== undefined) return known;
  sync.experience.set(peer, {
    replyTime: 0,
    leadTime: 0,
    failures: 0,
    leadsFrom: 0,
    restsUntil: 0,
  });
  return sync.experience.get(peer)!;
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
  const taken = Math.max(1, context.env.now() - sentAt);
  const { replyTime } = experience;
  if (about === "headers") experience.leadTime = taken;
  if (about === "headers" && outcome === "answered") return;
  experience.replyTime = replyTime === 0 ? taken : Math.floor((3 * replyTime + taken) / 4);
}

/** A peer led nowhere: it does not lead for a while, each time in a row for twice as long. */
export function retreat(context: SyncContext, peer: NodeId): void {
  const { env, options } = context;
  const experience = experienceOf(context, peer);
  const pause = options.sync.retryDelay * 2 ** Math.min(experience.failures, DOUBLINGS_MAX);
  experience.failures++;
  experience.leadsFrom = env.now() + pause;
}

const DOUBLINGS_MAX = 4;
