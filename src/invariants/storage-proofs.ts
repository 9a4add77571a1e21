// What holders prove, against what is on their disks.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { backendOf, dataOf, isDurable, type StorageView } from "./storage-view.ts";

/** The fields of messages about proofs; of other messages they are undefined. */
interface ProofMessage {
  readonly type: string;
  readonly call: number;
  readonly address: string;
  readonly leaf: number;
  readonly proof: unknown;
}

/**
 * Whoever passes a challenge had the replica on its disk when it answered, liar or not; or, of a
 * replica that it has not kept, just the leaf that it was asked for.
 */
export function proofsNeedTheBytes(name: string): Invariant<StorageView> {
  interface Challenge {
    readonly address: string;
    readonly leaf: number;
    /** Whether the replica was there when it was answered, or that leaf of it. */
    wasThere: boolean;
  }
  const made = {
    name,
    /** By node and call, until it is judged. */
    state: new Map<string, Challenge>(),
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      const { event, server, sent, emitted } = world;
      for (const { to, message } of sent) {
        const { type, call, address, leaf, proof } = dataOf<ProofMessage>(message);
        if (type === "challenge") state.set(`${to} ${call}`, { address, leaf, wasThere: false });
        if (type !== "proof" || proof === undefined || server === undefined) continue;
        const challenge = state.get(`${server.id} ${call}`);
        if (challenge === undefined) continue;
        const image = server.durable(`replica-${challenge.address}`);
        const hasLeaf = server.node?.keepsLeaf?.(challenge.address, challenge.leaf) === true;
        challenge.wasThere = hasLeaf || (image !== undefined && image.sizeBytes > 0);
      }
      const passed = emitted.find(({ event: emittedEvent }) => emittedEvent === "challenge passed");
      if (passed === undefined || event.kind !== "deliver") return undefined;
      const { call } = dataOf<ProofMessage>(event.payload);
      const challenge = state.get(`${event.from} ${call}`);
      if (challenge?.wasThere === true) return undefined;
      return `${event.from} passes a challenge for a replica that it does not have`;
    },
  };
  return made;
}

/**
 * Every chunk of every confirmed file has as many durable replicas as there should be, at the end,
 * with those who never lie; fewer where there are fewer of them.
 */
export function replicasAreComplete(
  name: string,
  { replication, mayLie }: { replication: number; mayLie: (host: NodeId) => boolean },
): Invariant<StorageView> {
  return {
    name,
    supposes: ["servers", "faults", "conditions"],
    onEnd: (world) => {
      const nodes = world.servers.filter(({ node }) => node !== undefined && !node.blocks);
      const honest = nodes.filter(({ id }) => !mayLie(id));
      // The discovery is no storage node.
      const wanted = Math.min(replication, honest.length - 1);
      for (const { file, status, chunks } of backendOf(world)?.values() ?? []) {
        if (status !== "confirmed") continue;
        for (const [index, { holders, sizeBytes }] of chunks.entries()) {
          const there = [...holders.values()].filter(({ replica }) => {
            const host = honest.find(({ id }) => id === replica.node);
            return isDurable(host, replica, sizeBytes);
          });
          if (there.length >= wanted) continue;
          const found = `chunk ${index} of ${file} has ${there.length} replicas`;
          return `${found}, and should have ${wanted}`;
        }
      }
      return undefined;
    },
  };
}

/**
 * Nobody is said to have lost a replica who neither lies nor has a disk that was damaged: no
 * message that is late, twice or lost, and no restart, makes a holder one no more.
 */
export function theHonestAreNotBlamed(
  name: string,
  mayLose: (host: NodeId) => boolean,
): Invariant<StorageView> {
  return {
    name,
    supposes: ["faults", "conditions"],
    onStep: ({ emitted }) => {
      for (const { event, data } of emitted) {
        if (event !== "replica lost") continue;
        const { file, chunk, node, why } = dataOf<Loss>(data);
        if (!mayLose(node)) return `${node} is blamed for chunk ${chunk} of ${file}: ${why}`;
      }
      return undefined;
    },
  };
}

interface Loss {
  readonly file: string;
  readonly chunk: number;
  readonly node: NodeId;
  readonly why: string;
}
