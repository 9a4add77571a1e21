// What all others wait for: the bodies of the first batch, and the next headers. When who was asked
// takes much longer than expected, another peer is asked as well, and the first good answer counts.

import type { NodeId } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";
import { askAlso } from "./batch.ts";
import { askPeer } from "./bodies.ts";
import { quickerLeader, secondSourceOf } from "./choice.ts";
import { changeLeader } from "./headers.ts";
import {
  bodyRequests,
  experienceOf,
  learnReplyTime,
  OVERDUE_TIMER,
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

/** Has another peer lead if the headers are overdue. */
export function maybeReplaceLeader(context: SyncContext, session: BlockSession): void {
  const { headers, leader } = session;
  if (headers.state !== "asked") return;
  const { request } = headers;
  if (!isOverdue(context, request, ({ leadTime }) => leadTime)) return;
  const open = context.memory.sync.requests.get(request)!;
  const next = quickerLeader(context, session, context.env.now() - open.sentAt);
  if (next === undefined) return;
  context.env.emit("headers overdue", { peer: leader, request });
  learnReplyTime(context, open, "overdue");
  supersede(context, request);
  retreat(context, leader);
  changeLeader(context, session, next);
}

/**
 * A leader that was replaced has answered after all: it leads again if nothing has come behind what
 * it was asked to follow, and who leads now is waited for no more.
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
  changeLeader(context, session, { name: peer, status });
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

/** The median of the times that peers take, the lower of two. */
function typicalTime(
  { memory: { sync }, options }: SyncContext,
  timeOf: (experience: Experience) => Micros,
): Micros {
  const times = [...sync.experience.values()].map(timeOf).filter((time) => time > 0);
  const unknown = Math.ceil(options.sync.requestTimeout / UNKNOWN_SHARE / TYPICAL_TIMES);
  times.sort((one, other) => one - other);
  return times[Math.floor((times.length - 1) / 2)] ?? unknown;
}
