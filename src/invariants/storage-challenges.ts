// What holders are asked to prove: nothing that they could know beforehand.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { backendOf, dataOf, type StorageView } from "./storage-view.ts";

/** Of fewer challenges nothing is said: chance may have it so. */
const JUDGED_MIN = 30;
/** Replicas of so many leaves are judged. */
const LEAVES_MIN = 8;

/**
 * No nonce is used twice. And of the challenges for replicas of eight leaves or more, if there are
 * thirty, no more than half are for the same leaf, and no more than half are as many leaves behind
 * the challenge before them at the same node: whoever keeps what comes next would be seldom caught.
 */
export function challengesAreFresh(name: string, leafBytes: number): Invariant<StorageView> {
  interface State {
    readonly nonces: Set<string>;
    /** How often each leaf was asked for, and each distance from the one before. */
    readonly leaves: Map<number, number>;
    readonly steps: Map<number, number>;
    /** By node, the last one. */
    readonly last: Map<NodeId, number>;
  }
  const made = {
    name,
    state: {
      ...{ nonces: new Set(), leaves: new Map(), steps: new Map(), last: new Map() },
    } as State,
    onStep: (world: World<StorageView>) => {
      const { nonces, leaves, steps, last } = made.state;
      for (const { to, message } of world.sent) {
        const { type, address, nonce, leaf } = dataOf<ChallengeMessage>(message);
        if (type !== "challenge") continue;
        const text = nonce.join(" ");
        if (nonces.has(text)) return `the nonce ${text} is used again`;
        nonces.add(text);
        if (leafCountOf(address, to, world, leafBytes) < LEAVES_MIN) continue;
        leaves.set(leaf, (leaves.get(leaf) ?? 0) + 1);
        const before = last.get(to);
        last.set(to, leaf);
        if (before !== undefined) steps.set(leaf - before, (steps.get(leaf - before) ?? 0) + 1);
      }
      return undefined;
    },
    onEnd: () => {
      const { leaves, steps } = made.state;
      const leaf = mostCommon(leaves);
      if (leaf !== undefined) return `more than half of all challenges are for leaf ${leaf}`;
      const step = mostCommon(steps);
      return step === undefined ? undefined : `more than half of all challenges go on by ${step}`;
    },
  };
  return made;
}

interface ChallengeMessage {
  readonly type: string;
  readonly address: string;
  readonly nonce: Uint8Array;
  readonly leaf: number;
}

function leafCountOf(
  address: string,
  node: NodeId,
  world: World<StorageView>,
  leafBytes: number,
): number {
  for (const { chunks } of backendOf(world)?.values() ?? []) {
    for (const { holders, sizeBytes } of chunks) {
      if (holders.get(node)?.replica.address === address) return Math.ceil(sizeBytes / leafBytes);
    }
  }
  return 0;
}

/** What more than half of all are, where there are enough. */
function mostCommon(counts: ReadonlyMap<number, number>): number | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total < JUDGED_MIN) return undefined;
  return [...counts].find(([, count]) => 2 * count > total)?.[0];
}
