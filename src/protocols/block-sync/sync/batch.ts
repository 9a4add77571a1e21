// A batch: successive blocks whose headers are known, and whose bodies peers are asked for. Its
// life: waiting -> asked -> arrived, and from asked back to waiting when that came to nothing. Who
// is overdue is not waited for alone: asked -> doubled -> arrived, with whichever answer is good
// first, and from doubled back to asked when one of the two came to nothing. When only some of the
// bodies come it is divided. Source: the batches of Lodestar's range sync; a second request after a
// delay as in Dean and Barroso, The Tail at Scale, 2013.

import { assert, fail, unreachable } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import type { Block, Body, Header } from "../block.ts";

export type Batch = WaitingBatch | AskedBatch | DoubledBatch | ArrivedBatch;

interface BatchFields {
  /** By rising height, at least one. */
  readonly headers: readonly Header[];
  /** Who gave the headers, and answers for them. */
  readonly givenBy: NodeId;
  /** How often each peer was asked for it in vain. */
  readonly attempts: Readonly<Record<NodeId, number>>;
}

/** Nobody is being asked. */
export interface WaitingBatch extends BatchFields {
  readonly state: "waiting";
}

/** A peer that was asked, and the number of the request. */
export interface Asking {
  readonly peer: NodeId;
  readonly request: number;
}

/** One peer has been asked, and has time to answer. */
export interface AskedBatch extends BatchFields, Asking {
  readonly state: "asked";
}

/** Two peers have been asked, one after the other; both have time to answer. */
export interface DoubledBatch extends BatchFields {
  readonly state: "doubled";
  readonly first: Asking;
  /** Invariant: of another peer. */
  readonly second: Asking;
}

/** All bodies are here and belong to their headers; what is before it is yet to come. */
export interface ArrivedBatch extends BatchFields {
  readonly state: "arrived";
  readonly peer: NodeId;
  /** One for each header. */
  readonly bodies: readonly Body[];
}

/** A batch that nobody was asked for. */
export function newBatch(headers: readonly Header[], givenBy: NodeId): WaitingBatch {
  assert(headers.length > 0, "a batch of nothing");
  return { state: "waiting", headers, givenBy, attempts: {} };
}

/** waiting -> waiting, or nothing more: without the blocks that have come otherwise. */
export function without(
  batch: Batch,
  isHere: (header: Header) => boolean,
): WaitingBatch | undefined {
  assert(batch.state === "waiting", "blocks are left out of a batch that is", batch.state);
  const headers = batch.headers.filter((header) => !isHere(header));
  return headers.length === 0 ? undefined : { ...batch, headers };
}

/** waiting -> asked */
export function askFor(batch: Batch, peer: NodeId, request: number): AskedBatch {
  assert(batch.state === "waiting", "a batch is asked for that is", batch.state);
  const { headers, givenBy, attempts } = batch;
  return { state: "asked", headers, givenBy, attempts, peer, request };
}

/** asked -> doubled */
export function askAlso(batch: Batch, peer: NodeId, request: number): DoubledBatch {
  assert(batch.state === "asked", "a second peer is asked for a batch that is", batch.state);
  assert(batch.peer !== peer, "the second peer that is asked is the first:", peer);
  const { headers, givenBy, attempts } = batch;
  const first = { peer: batch.peer, request: batch.request };
  return { state: "doubled", headers, givenBy, attempts, first, second: { peer, request } };
}

/** asked -> waiting, doubled -> asked: with so many more attempts in vain of who was asked so */
export function giveUp(
  batch: Batch,
  request: number,
  attemptsMade: number,
): WaitingBatch | AskedBatch {
  const { headers, givenBy } = batch;
  const { peer } = askingOf(batch, request);
  const made = attemptsOf(batch, peer) + attemptsMade;
  const attempts = { ...batch.attempts, [peer]: made };
  const other = otherThan(batch, request);
  if (other === undefined) return { state: "waiting", headers, givenBy, attempts };
  return { state: "asked", headers, givenBy, attempts, ...other };
}

/**
 * asked -> arrived, doubled -> arrived; and waiting for what is missing: the first bodies came, and
 * maybe not all.
 */
export function arrive(
  batch: Batch,
  request: number,
  bodies: readonly Body[],
): readonly [ArrivedBatch] | readonly [ArrivedBatch, WaitingBatch] {
  const { headers, givenBy, attempts } = batch;
  const { peer } = askingOf(batch, request);
  const count = bodies.length;
  assert(count > 0 && count <= headers.length, "bodies:", count, "headers:", headers.length);
  const arrived: ArrivedBatch = {
    ...{ state: "arrived", givenBy, attempts, peer, bodies },
    headers: headers.slice(0, count),
  };
  if (count === headers.length) return [arrived];
  return [arrived, { state: "waiting", givenBy, attempts, headers: headers.slice(count) }];
}

/** What has arrived, to be handed over: the end of the batch. */
export function blocksOf(batch: Batch): readonly Block[] {
  assert(batch.state === "arrived", "blocks are taken from a batch that is", batch.state);
  return batch.headers.map((header, i) => ({ header, body: batch.bodies[i]! }));
}

/** How often a peer was asked for it in vain. */
export function attemptsOf({ attempts }: Batch, peer: NodeId): number {
  return attempts[peer] ?? 0;
}

/** Who is to answer for it: nobody, one, or two. */
export function askingsOf(batch: Batch): readonly Asking[] {
  switch (batch.state) {
    case "waiting":
    case "arrived":
      return [];
    case "asked":
      return [{ peer: batch.peer, request: batch.request }];
    case "doubled":
      return [batch.first, batch.second];
    default:
      return unreachable(batch);
  }
}

/** Who was asked by that number, and has not answered. */
export function askingOf(batch: Batch, request: number): Asking {
  const asking = askingsOf(batch).find((one) => one.request === request);
  return asking ?? fail("a batch that is", batch.state, "is not asked for by request", request);
}

/** Who was asked as well; undefined when nobody was. */
export function otherThan(batch: Batch, request: number): Asking | undefined {
  return askingsOf(batch).find((one) => one.request !== request);
}
