// What all others wait for: the bodies of the first batch, and the next headers. When who was asked
// takes much longer than expected, another peer is asked as well, and the first good answer counts.
// When that is of no use, question or answer is taken for lost, and asked for anew.

import type { NodeId } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";
import { askAlso, askingsOf, type Batch, giveUp } from "./batch.ts";
import { askPeer } from "./bodies.ts";
import { bodySourceOf, quickerLeader, secondSourceOf } from "./choice.ts";
import { changeLeader, failHeaders } from "./headers.ts";
import {
  bodyRequests,
  experienceOf,
  learnReplyTime,
  OVERDUE_TIMER,
  requestsTo,
  retreat,
  supersede,
} from "./requests.ts";
import type { SyncContext } from "./sync-context.ts";
import type { BlockSession, Experience, OpenRequest } from "./sync-state.ts";

/** So many times as long as a peer itself has taken of late. */
const OWN_TIMES = 2;
/** So many times as long as peers typically take. */
const TYPICAL_TIMES = 3;
/** Of the time to answer, as long as nobody has shown how long answers take. */
const UNKNOWN_SHARE = 10;
/** So many times as long as until it is overdue, and it is lost. */
const LOST_TIMES = 2;

/** Asks a second peer for the first batch if that is overdue and the window has room. */
export function maybeDouble(context: SyncContext, session: BlockSession): void {
  const { env, options } = context;
  const head = session.batches[0];
  if (head === undefined || head.state !== "asked") return;
  const { peer, request } = head;
  if (!isOverdue(context, request, ({ bodiesTime }) => bodiesTime)) return;
  if (bodyRequests(context) >= options.sync.window) return;
  const second = secondSourceOf(context, head, session);
  if (second === undefined) return;
  env.emit("batch overdue", { peer, request });
  session.batches[0] = askAlso(head, second, askPeer(context, head, second));
}

/**
 * Asks for the first batch anew if all whom it was asked of may be taken to have lost it, and the
 * window has room, where what is under way of it counts until the time to answer is over. Each time
 * is an attempt in vain; the last that there is has all the time to answer.
 */
export function maybeAskAnew(context: SyncContext, session: BlockSession): void {
  const head = session.batches[0];
  if (head === undefined || bodyRequests(context) >= context.options.sync.window) return;
  const askings = askingsOf(head);
  const isLost = ({ request }: { readonly request: number }): boolean =>
    isTakenForLost(context, request, ({ bodiesTime }) => bodiesTime);
  if (askings.length === 0 || !askings.every(isLost)) return;
  const waiting = askings.reduce((batch: Batch, { request }) => giveUp(batch, request, 1), head);
  if (bodySourceOf(context, waiting, session) === "nobody") return;
  for (const { peer, request } of askings) {
    context.env.emit("batch lost", { peer, request });
    supersede(context, request);
  }
  session.batches[0] = waiting;
}

/** Has another peer lead if the headers are overdue, or asks the same one anew if they are lost. */
export function maybeReplaceLeader(context: SyncContext, session: BlockSession): void {
  const { headers, leader } = session;
  if (headers.state !== "asked") return;
  const { request } = headers;
  if (!isOverdue(context, request, ({ leadTime }) => leadTime)) return;
  const open = context.memory.sync.requests.get(request)!;
  const next = quickerLeader(context, session, context.env.now() - open.sentAt);
  if (next === undefined) {
    if (!isTakenForLost(context, request, ({ leadTime }) => leadTime)) return;
    if (requestsTo(context, leader) >= context.options.sync.attemptsPerPeer) return;
    context.env.emit("headers lost", { peer: leader, request });
    supersede(context, request);
    session.headers = { state: "due" };
    return;
  }
  context.env.emit("headers overdue", { peer: leader, request });
  learnReplyTime(context, open, "overdue");
  supersede(context, request);
  retreat(context, leader);
  changeLeader(context, session, next);
}

/** A leader that was asked anew has had its time to answer since it was asked first. */
export function failAskedAnew(
  context: SyncContext,
  session: BlockSession,
  { peer, about }: OpenRequest,
): void {
  const { headers, leader } = session;
  if (about !== "late headers" || peer !== leader || headers.state !== "asked") return;
  supersede(context, headers.request);
  failHeaders(context, session, "timeout");
}

/**
 * A leader that was replaced, or asked anew, has answered after all: it leads again if nothing has
 * come behind what it was asked to follow, and who leads now is waited for no more.
 */
export function maybeLeadAgain(
  context: SyncContext,
  session: BlockSession,
  { peer, request }: { readonly peer: NodeId; readonly request: number },
): boolean {
  const { headers, lastRequest } = session;
  const status = context.memory.peers.get(peer)?.status;
  if (headers.state !== "asked" || request <= lastRequest || status === undefined) return false;
  supersede(context, headers.request);
  if (peer === session.leader) session.headers = { state: "due" };
  else changeLeader(context, session, { name: peer, status });
  return true;
}

/** Whether an answer is overdue; if it is not, what is due is done again when it may be. */
function isOverdue(
  context: SyncContext,
  request: number,
  timeOf: (experience: Experience) => Micros,
): boolean {
  const { env, memory } = context;
  const open = memory.sync.requests.get(request)!;
  if (open.isWatched) return false;
  const rest = dueTime(context, { request, open, timeOf }) - env.now();
  if (rest <= 0) return true;
  open.isWatched = true;
  env.setTimer(`${OVERDUE_TIMER}${request}`, rest);
  return false;
}

/** Whether it is overdue for so long that nobody waits for it any more. */
function isTakenForLost(
  context: SyncContext,
  request: number,
  timeOf: (experience: Experience) => Micros,
): boolean {
  const open = context.memory.sync.requests.get(request)!;
  const patience = dueTime(context, { request, open, timeOf }) - open.sentAt;
  return context.env.now() - open.sentAt >= LOST_TIMES * patience;
}

interface Asked {
  readonly request: number;
  readonly open: OpenRequest;
  readonly timeOf: (experience: Experience) => Micros;
}

/** From when on an answer is overdue. */
function dueTime(context: SyncContext, { request, open, timeOf }: Asked): Micros {
  const { retryDelay } = context.options.sync;
  const experience = experienceOf(context, open.peer);
  // A peer answers one request after another: what it has passed over is not to be expected.
  if (experience.answered > request) return open.sentAt + retryDelay;
  const own = timeOf(experience);
  const atMost = TYPICAL_TIMES * typicalTime(context, timeOf);
  const patience = own === 0 ? atMost : Math.min(OWN_TIMES * own, atMost);
  return Math.max(open.sentAt, experience.answeredAt) + Math.max(patience, retryDelay);
}

/** The median of the times that peers take who have ever answered, the lower of two. */
function typicalTime(
  { memory: { sync }, options }: SyncContext,
  timeOf: (experience: Experience) => Micros,
): Micros {
  const answering = [...sync.experience.values()].filter(({ answered }) => answered > 0);
  const times = answering.map(timeOf).filter((time) => time > 0);
  const unknown = Math.ceil(options.sync.requestTimeout / UNKNOWN_SHARE / TYPICAL_TIMES);
  times.sort((one, other) => one - other);
  return times[Math.floor((times.length - 1) / 2)] ?? unknown;
}
