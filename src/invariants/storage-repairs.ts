// What becomes of chunks that lack replicas, and what that costs.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { backendOf, dataOf, type StorageView } from "./storage-view.ts";

export interface RepairTerms {
  readonly replication: number;
  /** From the loss to the last new replica. */
  readonly within: Micros;
}

/**
 * A chunk of which a replica was found missing has all of its replicas again within a time, each of
 * a holder that is trusted. Measures `repairMs` and `repairBytes`: what is fetched and stored.
 */
export function lostReplicasAreReplaced(
  name: string,
  { replication, within }: RepairTerms,
): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    /** By file and chunk, since when it lacks one. */
    state: new Map<string, Micros>(),
    onStep: (world: World<StorageView>) => {
      measureBytes(world);
      const { state } = made;
      const { now, emitted, metrics } = world;
      for (const { event, data } of emitted) {
        if (event !== "replica lost" && event !== "replica held") continue;
        const { file, chunk } = dataOf<{ file: string; chunk: number }>(data);
        const block = backendOf(world)?.get(file);
        if (block?.status !== "confirmed") continue;
        const key = `${file}#${chunk}`;
        const holders = [...block.chunks[chunk]!.holders.values()];
        const since = state.get(key);
        if (holders.filter(({ isProven }) => isProven !== false).length < replication) {
          if (since === undefined && event === "replica lost") state.set(key, now);
        } else if (since !== undefined) {
          metrics.observe("repairMs", inMs(now - since));
          state.delete(key);
          if (now - since > within) return tooLate(key, within);
        }
      }
      for (const [key, since] of state) if (now - since > within) return tooLate(key, within);
      return undefined;
    },
  };
  return made;
}

/** Who asks for a chunk and stores it somewhere else in the same breath repairs it. */
function measureBytes({ event, sent, metrics }: World<StorageView>): void {
  if (event.kind !== "deliver") return;
  const { type, data } = dataOf<{ type: string; data?: Uint8Array }>(event.payload);
  if (type !== "fetched" || data === undefined) return;
  const stored = sent.reduce((sum, { message }) => {
    const store = dataOf<{ type: string; data: Uint8Array }>(message);
    return store.type === "store" ? sum + store.data.length : sum;
  }, 0);
  if (stored > 0) metrics.count("repairBytes", data.length + stored);
}

function tooLate(key: string, within: Micros): string {
  return `the lost replica of ${key} is not replaced within ${inMs(within)} ms`;
}

/**
 * Of a node that goes by another life of its own nothing is believed that it has not proven in that
 * life: whoever counts as a holder of a replica that is proven has passed a challenge for it, or
 * has stored it, since the backend was told.
 */
export function restartedNodesProve(name: string): Invariant<StorageView> {
  interface State {
    /** By node, the life that the backend was told of last. */
    readonly lives: Map<NodeId, number>;
    /** By node, what it has proven or stored since: file and chunk. */
    readonly proven: Map<NodeId, Set<string>>;
    backendLife: number;
  }
  const made = {
    name,
    state: { lives: new Map(), proven: new Map(), backendLife: 0 } as State,
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      const blocks = backendOf(world);
      if (world.server?.node?.blocks === undefined || blocks === undefined) return undefined;
      if (state.backendLife !== world.server.life) {
        state.backendLife = world.server.life;
        state.lives.clear();
        state.proven.clear();
      }
      const isTold = noteLives(state, world);
      for (const { event, data } of world.emitted) {
        if (event !== "challenge passed" && event !== "replica held") continue;
        const { file, chunk, node } = dataOf<{ file: string; chunk: number; node: NodeId }>(data);
        state.proven.get(node)?.add(`${file}#${chunk}`);
      }
      if (!isTold && !world.emitted.some(({ event }) => event === "challenge passed")) {
        return undefined;
      }
      for (const { file, chunks } of blocks.values()) {
        for (const [chunk, { holders }] of chunks.entries()) {
          for (const [node, { isProven }] of holders) {
            const proven = state.proven.get(node);
            if (isProven === false || proven === undefined) continue;
            if (proven.has(`${file}#${chunk}`)) continue;
            return `${node} counts as a holder of chunk ${chunk} of ${file}, and has not proven it`;
          }
        }
      }
      return undefined;
    },
  };
  return made;
}

/** Whether the backend is told of a node that has started anew. */
function noteLives(
  { lives, proven }: { lives: Map<NodeId, number>; proven: Map<NodeId, Set<string>> },
  { event }: World<StorageView>,
): boolean {
  if (event.kind !== "deliver") return false;
  const { type, peers = [] } = dataOf<{
    type: string;
    peers?: readonly { readonly name: NodeId; readonly life: number }[];
  }>(event.payload);
  if (type !== "peerList") return false;
  let isTold = false;
  for (const { name, life } of peers) {
    if (lives.get(name) === life) continue;
    lives.set(name, life);
    proven.set(name, new Set());
    isTold = true;
  }
  return isTold;
}

/** A node that says it is full gets nothing to store until the discovery tells of it anew. */
export function fullNodesAreSpared(name: string): Invariant<StorageView> {
  const made = {
    name,
    state: { full: new Set<NodeId>() },
    onStep: ({ event, server, sent, emitted }: World<StorageView>) => {
      const { full } = made.state;
      if (server?.node?.blocks === undefined) return undefined;
      if (event.kind === "start") full.clear();
      if (event.kind === "deliver") {
        const { type } = dataOf<{ type: string }>(event.payload);
        if (type === "peerList") full.clear();
      }
      for (const { to, message } of sent) {
        if (!full.has(to) || dataOf<{ type: string }>(message).type !== "store") continue;
        return `${to} has said that it is full, and is sent more`;
      }
      for (const { event: what, data } of emitted) {
        const { node, error } = dataOf<{ node: NodeId; error?: string }>(data ?? {});
        if (what === "replica refused" && error === "full") full.add(node);
      }
      return undefined;
    },
  };
  return made;
}
