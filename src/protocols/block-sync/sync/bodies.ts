// The bodies of a session: batches, asked for from many peers, handed over strictly in order.

import { assert } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import type { Block, Body } from "../block.ts";
import type { SyncReply } from "../messages.ts";
import type { PeerFault } from "../peers/peer-state.ts";
import {
  arrive,
  askFor,
  askingOf,
  askingsOf,
  type Batch,
  blocksOf,
  giveUp,
  otherThan,
  without,
} from "./batch.ts";
import { bodySourceOf } from "./choice.ts";
import { ask, bodyRequests, supersede } from "./requests.ts";
import type { SyncContext } from "./sync-context.ts";
import type { BlockSession, OpenRequest } from "./sync-state.ts";

/** Fires when who had nobody to ask is to look again. */
export const RETRY_TIMER = "sync retry";

/**
 * Gives what has arrived to be imported, in order and not more than is taken; false when it cannot
 * be, as what it follows is no longer there.
 */
export function handOver(context: SyncContext, session: BlockSession): boolean {
  const { options, memory } = context;
  for (;;) {
    const batch = session.batches[0];
    if (batch === undefined || batch.state !== "arrived") return true;
    if (memory.sync.importing.size >= options.sync.bodiesPerRequest) return true;
    const blocks = blocksOf(batch);
    for (const block of blocks) {
      if (!handOverBlock(context, block, batch.givenBy)) return false;
    }
    session.batches.shift();
  }
}

function handOverBlock({ memory, imports }: SyncContext, block: Block, givenBy: NodeId): boolean {
  const { chain, sync } = memory;
  const { hash, parent } = block.header;
  if (chain.blocks.has(hash) || sync.importing.has(hash)) {
    // It has come otherwise meanwhile.
    sync.counts.fetchedTwice++;
    sync.counts.wastedBytes += sizeOf(block.body);
    return true;
  }
  if (!chain.blocks.has(parent) && !sync.importing.has(parent)) return false;
  sync.importing.set(hash, givenBy);
  imports.importBlock(block);
  return true;
}

/** Asks for batches while the window has room; false when one is to be had from nobody. */
export function askBodies(context: SyncContext, session: BlockSession): boolean {
  const { env, options } = context;
  const { window, retryDelay } = options.sync;
  leaveOut(context, session);
  // What arrives out of order has to wait, and takes memory.
  const end = Math.min(session.batches.length, 2 * window);
  for (let index = 0; index < end; index++) {
    const batch = session.batches[index]!;
    if (batch.state !== "waiting") continue;
    if (bodyRequests(context) >= window) return true;
    const source = bodySourceOf(context, batch, session);
    if (source === "nobody") return false;
    if (source === "later") env.setTimer(RETRY_TIMER, retryDelay);
    else {
      const { peer } = source;
      session.batches[index] = askFor(batch, peer, askPeer(context, batch, peer));
    }
  }
  return true;
}

/** Blocks that were imported meanwhile, as by gossip, are not fetched. */
function leaveOut({ memory: { chain } }: SyncContext, session: BlockSession): void {
  const first = session.batches[0];
  // What is here is so from the first block on.
  if (first === undefined || !chain.blocks.has(first.headers[0]!.hash)) return;
  session.batches = session.batches.flatMap((batch): readonly Batch[] => {
    if (batch.state !== "waiting") return [batch];
    const rest = without(batch, ({ hash }) => chain.blocks.has(hash));
    return rest === undefined ? [] : [rest];
  });
}

/** Asks a peer for the bodies of a batch; returns the number of the request. */
export function askPeer(context: SyncContext, { headers }: Batch, peer: NodeId): number {
  const question = { type: "get bodies", hashes: headers.map(({ hash }) => hash) } as const;
  const request = ask(context, peer, question, "bodies");
  const inFlight = bodyRequests(context);
  assert(inFlight <= context.options.sync.window, "more requests than the window:", inFlight);
  context.env.emit("batch requested", {
    ...{ peer, request, first: headers[0]!.height, count: headers.length, inFlight },
  });
  return request;
}

/** A peer has given bodies for a batch: all, or the first ones of it. */
export function onBodies(
  context: SyncContext,
  session: BlockSession,
  { request, bodies }: { readonly request: number; readonly bodies: readonly Body[] },
): void {
  const { env, memory, peers } = context;
  const index = indexOf(session, request);
  const batch = session.batches[index]!;
  const { headers } = batch;
  const { peer } = askingOf(batch, request);
  const bytes = bytesOf(bodies);
  memory.sync.counts.bodyBytes += bytes;
  const wrong = firstWrong(context, batch, bodies);
  if (wrong !== undefined || bodies.length === 0) {
    memory.sync.counts.wastedBytes += bytes;
    if (wrong !== undefined) env.emit("body refused", { peer, ...wrong });
    failBatch(context, session, { request, reason: wrong ? "wrong body" : "withheld" });
    return;
  }
  const late = otherThan(batch, request);
  if (late !== undefined) supersede(context, late.request);
  session.batches.splice(index, 1, ...arrive(batch, request, bodies));
  env.emit("batch arrived", { peer, request, first: headers[0]!.height, count: bodies.length });
  peers.reward(peer);
}

/** The first body that is not that of its header, and why; undefined when there is none. */
function firstWrong(
  { rules }: SyncContext,
  { headers }: Batch,
  bodies: readonly Body[],
): { readonly height: number | undefined; readonly rule: string } | undefined {
  for (const [i, body] of bodies.entries()) {
    const header = headers[i];
    const rule = header === undefined ? "too many" : rules.checkBody(body, header);
    if (rule !== undefined) return { height: header?.height, rule };
  }
  return undefined;
}

/** Why a request of any kind came to nothing. */
export type RequestFailure =
  | Extract<PeerFault, "timeout" | "malformed">
  | "gone"
  | "busy"
  | "unknown"
  | "pruned";

/** Why a request for bodies came to nothing. */
export type BatchFailure = RequestFailure | Extract<PeerFault, "withheld" | "wrong body">;

/** A request for bodies came to nothing: the batch is asked for again, elsewhere if it can be. */
export function failBatch(
  context: SyncContext,
  session: BlockSession,
  { request, reason }: { readonly request: number; readonly reason: BatchFailure },
): void {
  const { env, options, peers } = context;
  const index = indexOf(session, request);
  const batch = session.batches[index]!;
  const { headers, givenBy } = batch;
  const { peer } = askingOf(batch, request);
  // Who has removed it will not have it the next time.
  const attemptsMade = reason === "pruned" ? options.sync.attemptsPerPeer : 1;
  session.batches[index] = giveUp(batch, request, attemptsMade);
  if (reason === "unknown") session.strangers.push(peer);
  env.emit("batch failed", { peer, request, first: headers[0]!.height, reason });
  const fault = faultOf(reason, peer === givenBy);
  if (fault !== undefined) peers.penalise(peer, fault);
}

/** Who gave the headers has promised the bodies, too; others may follow another branch. */
function faultOf(reason: BatchFailure, isGiver: boolean): PeerFault | undefined {
  if (reason === "unknown") return isGiver ? "withheld" : undefined;
  return reason === "gone" || reason === "busy" || reason === "pruned" ? undefined : reason;
}

/** An answer is of no use: nobody waits for it any more, or another came first. */
export function countWasted({ memory: { sync } }: SyncContext, reply: SyncReply): void {
  const bytes = reply.type === "bodies" ? bytesOf(reply.bodies) : 0;
  sync.counts.bodyBytes += bytes;
  sync.counts.wastedBytes += bytes;
}

/** An answer will not come for which another peer was asked as well: it stays overdue. */
export function failLate(
  { env, peers }: SyncContext,
  { peer }: OpenRequest,
  { request, reason }: { readonly request: number; readonly reason: RequestFailure },
): void {
  env.emit("late answer missing", { peer, request, reason });
  if (reason === "timeout") peers.penalise(peer, reason);
}

function indexOf(session: BlockSession, request: number): number {
  const index = session.batches.findIndex((batch) =>
    askingsOf(batch).some((asking) => asking.request === request),
  );
  assert(index >= 0, "no batch belongs to request", request);
  return index;
}

/** How many bytes of transactions there are. */
export function bytesOf(bodies: readonly Body[]): number {
  return bodies.reduce((sum, body) => sum + sizeOf(body), 0);
}

function sizeOf(body: Body): number {
  return body.reduce((sum, bytes) => sum + bytes.length, 0);
}
