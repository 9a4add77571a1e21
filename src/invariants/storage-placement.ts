// Where the replicas of a storage quorum are, and where none must be.

import type { NodeId } from "../sim/env.ts";
import type { HostView, Invariant, World } from "../sim/invariant.ts";
import { eventually } from "../sim/temporal/liveness.ts";
import type { Micros } from "../sim/time.ts";
import { backendOf, type ChunkView, dataOf, isDurable, type StorageView } from "./storage-view.ts";

/**
 * At some time in a span every chunk of every confirmed file has so many durable replicas, and
 * there are so many such files at least.
 */
export function replicatesBy(
  name: string,
  {
    replicas,
    files,
    from,
    by,
  }: {
    readonly replicas: number;
    readonly files: number;
    readonly from: Micros;
    readonly by: Micros;
  },
): Invariant<StorageView> {
  return eventually(
    name,
    (world) => {
      const chunks = confirmedChunks(world) ?? [];
      return chunks.length > 0 && chunks.every((chunk) => durable(chunk, world) >= replicas);
    },
    {
      ...{ from, by },
      supposes: ["servers", "operations", "faults", "conditions"],
      explain: (world) => {
        const counts = (confirmedChunks(world) ?? []).map((chunk) => durable(chunk, world));
        return `of ${replicas} replicas, its chunks have ${counts.join(", ") || "none"}`;
      },
    },
  );

  function confirmedChunks(world: World<StorageView>): readonly ChunkView[] | undefined {
    const blocks = [...(backendOf(world)?.values() ?? [])];
    const confirmed = blocks.filter(({ status }) => status === "confirmed");
    return confirmed.length < files ? undefined : confirmed.flatMap(({ chunks }) => chunks);
  }
}

/** At some time up to `by` one node holds all chunks of a file, and another one only some. */
export function holdsOnlySome(
  name: string,
  { all, some, by }: { readonly all: NodeId; readonly some: NodeId; readonly by: Micros },
): Invariant<StorageView> {
  const holds = (world: World<StorageView>): boolean =>
    [...(backendOf(world)?.values() ?? [])].some(({ chunks }) => {
      const heldBy = (node: NodeId): number =>
        chunks.filter(({ holders }) => holders.has(node)).length;
      return heldBy(all) === chunks.length && heldBy(some) > 0 && heldBy(some) < chunks.length;
    });
  return eventually(name, holds, {
    by,
    supposes: ["servers", "operations", "faults", "conditions"],
    explain: () => `${some} held none or all of the chunks that ${all} held`,
  });
}

function durable({ holders, sizeBytes }: ChunkView, { servers }: World<StorageView>): number {
  return [...holders.values()].filter(({ replica }) =>
    isDurable(
      servers.find(({ id }) => id === replica.node),
      replica,
      sizeBytes,
    ),
  ).length;
}

/**
 * When a block is confirmed, no two of the nodes hold numbers of its chunks that differ by more
 * than that, once every replica has come: judged at the end.
 */
export function placementIsEven(
  name: string,
  { nodes, spreadMax }: { readonly nodes: readonly NodeId[]; readonly spreadMax: number },
): Invariant<StorageView> {
  return {
    name,
    supposes: ["servers", "faults", "conditions"],
    onEnd: (world) => {
      const counts = new Map(nodes.map((node) => [node, 0]));
      for (const { status, chunks } of backendOf(world)?.values() ?? []) {
        if (status !== "confirmed") continue;
        for (const { holders } of chunks) {
          for (const { replica } of holders.values()) {
            counts.set(replica.node, (counts.get(replica.node) ?? 0) + 1);
          }
        }
      }
      const all = [...counts.values()];
      const spread = Math.max(...all) - Math.min(...all);
      world.metrics.gauge("placementSpread", spread);
      if (spread <= spreadMax) return undefined;
      const list = [...counts].map(([node, count]) => `${node} ${count}`).join(", ");
      return `the most and the fewest differ by more than ${spreadMax}: ${list}`;
    },
  };
}

/**
 * At the end nothing is on the disk of a storage node that is up but replicas of confirmed files
 * that it is known to hold: what rejected uploads have left is removed. A node has `settle` for
 * that after it was started; for as long before the end nothing may be uploaded or repaired.
 */
export function nothingIsLeftOver(name: string, settle: Micros): Invariant<StorageView> {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    state: {
      /** What was ever sent to each node to be stored: addresses, in order. */
      sent: new Map<NodeId, Set<string>>(),
      startedAt: new Map<NodeId, Micros>(),
    },
    onStep: ({ sent, event, now }: World<StorageView>) => {
      const { state } = made;
      if (event.kind === "start" && event.host !== undefined) {
        state.startedAt.set(event.host.id, now);
      }
      for (const { to, message } of sent) {
        const { type, address } = dataOf<{ type: string; address: string }>(message);
        if (type !== "store") continue;
        const known = state.sent.get(to);
        if (known === undefined) state.sent.set(to, new Set([address]));
        else known.add(address);
      }
      return undefined;
    },
    onEnd: (world: World<StorageView>) => {
      const { sent, startedAt } = made.state;
      const kept = keptReplicas(world);
      for (const host of world.servers) {
        const upFor = world.now - (startedAt.get(host.id) ?? 0);
        if (host.node === undefined || upFor < settle) continue;
        for (const address of sent.get(host.id) ?? []) {
          if (kept.has(`${host.id} ${address}`) || !hasFile(host, address)) continue;
          return `${address.slice(0, 8)} is on the disk of ${host.id}, and of no confirmed file`;
        }
      }
      return undefined;
    },
  };
  return made;
}

function hasFile(host: HostView, address: string): boolean {
  return host.durable(`replica-${address}`) !== undefined;
}

/** All replicas that holders of confirmed files are known to have, as `node address`. */
function keptReplicas(world: World<StorageView>): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const { status, chunks } of backendOf(world)?.values() ?? []) {
    if (status !== "confirmed") continue;
    for (const { holders } of chunks) {
      for (const { replica } of holders.values()) kept.add(`${replica.node} ${replica.address}`);
    }
  }
  return kept;
}
