// A batch: successive blocks whose headers are known, and whose bodies one peer is asked for at a
// time. Its life: waiting -> asked -> arrived, and from asked back to waiting when that came to
// nothing. When only some of the bodies come it is divided. Source: the batches of Lodestar's range
// sync.

import { assert } from "../../../sim/assert.ts";
import type { NodeId } from "../../../sim/env.ts";
import type { Block, Body, Header } from "../block.ts";

export type Batch = WaitingBatch | AskedBatch | ArrivedBatch;

interface BatchFields {
  /** By rising height, at least one. */
  readonly headers: readonly Header[];
  /** How often each peer was asked for it in vain. */
  readonly attempts: Readonly<Record<NodeId, number>>;
}

/** Nobody is being asked. */
export interface WaitingBatch extends BatchFields {
  readonly state: "waiting";
}

/** One peer has been asked, and has time to answer. */
export interface AskedBatch extends BatchFields {
  readonly state: "asked";
  readonly peer: NodeId;
  readonly request: number;
}

/** All bodies are here and belong to their headers; what is before it is yet to come. */
export interface ArrivedBatch extends BatchFields {
  readonly state: "arrived";
  readonly peer: NodeId;
  /** One for each header. */
  readonly bodies: readonly Body[];
}

/** A batch that nobody was asked for. */
export function newBatch(headers: readonly Header[]): WaitingBatch {
  assert(headers.length > 0, "a batch of nothing");
  return { state: "waiting", headers, attempts: {} };
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
  const { headers, attempts } = batch;
  return { state: "asked", headers, attempts, peer, request };
}

/** asked -> waiting, with so many more attempts of the peer in vain */
export function giveUp(batch: Batch, attemptsMade: number): WaitingBatch {
  assert(batch.state === "asked", "a batch is given up that is", batch.state);
  const { headers, attempts, peer } = batch;
  const made = attemptsOf(batch, peer) + attemptsMade;
  return { state: "waiting", headers, attempts: { ...attempts, [peer]: made } };
}

/** asked -> arrived, and waiting for what is missing: the first bodies came, and maybe not all. */
export function arrive(
  batch: Batch,
  bodies: readonly Body[],
): readonly [ArrivedBatch] | readonly [ArrivedBatch, WaitingBatch] {
  assert(batch.state === "asked", "bodies come for a batch that is", batch.state);
  const { headers, attempts, peer } = batch;
  const count = bodies.length;
  assert(count > 0 && count <= headers.length, "bodies:", count, "headers:", headers.length);
  const arrived: ArrivedBatch = {
    ...{ state: "arrived", attempts, peer, bodies },
    headers: headers.slice(0, count),
  };
  if (count === headers.length) return [arrived];
  return [arrived, { state: "waiting", attempts, headers: headers.slice(count) }];
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
