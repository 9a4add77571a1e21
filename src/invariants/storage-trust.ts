// Whether a storage node that was started anew is taken for a holder.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { backendOf, dataOf, type StorageView } from "./storage-view.ts";

/**
 * As soon as the backend hears that a node is in another life than before, nothing that it held
 * counts as proven; and what it holds counts again only in a step in which it has passed a
 * challenge or confirmed a replica.
 */
export function restartedAreDistrusted(name: string): Invariant<StorageView> {
  const made = {
    name,
    state: {
      /** By node, the life that the backend has heard of last. */
      lives: new Map<NodeId, number>(),
      /** What counts no more, as `file chunk node`. */
      distrusted: new Set<string>(),
    },
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      const { event, emitted, server } = world;
      if (server?.node?.blocks === undefined) return undefined;
      if (event.kind === "start") {
        state.lives.clear();
        state.distrusted.clear();
      }
      for (const { event: emittedEvent, data } of emitted) {
        if (emittedEvent !== "challenge passed" && emittedEvent !== "replica held") continue;
        const { file, chunk, node } = dataOf<Shown>(data);
        state.distrusted.delete(keyOf(file, chunk, node));
      }
      const { type, peers } = dataOf<PeerList>(event.payload ?? {});
      if (event.kind === "deliver" && type === "peerList") hear(state, peers, world);
      if (state.distrusted.size === 0) return undefined;
      const trusted = proven(world).find((key) => state.distrusted.has(key));
      return trusted && `${trusted} counts, and has not been proven since the node was started`;
    },
  };
  const hear = (
    { lives, distrusted }: typeof made.state,
    peers: PeerList["peers"],
    world: World<StorageView>,
  ): void => {
    for (const { name: node, life } of peers) {
      const known = lives.get(node);
      lives.set(node, life);
      if (known === undefined || known === life) continue;
      for (const { file, chunks } of backendOf(world)?.values() ?? []) {
        for (const [chunk, { holders }] of chunks.entries()) {
          if (holders.has(node)) distrusted.add(keyOf(file, chunk, node));
        }
      }
    }
  };
  return made;
}

/** What an event of a replica says. */
interface Shown {
  readonly file: string;
  readonly chunk: number;
  readonly node: NodeId;
}

/** What the discovery says; of other messages both are undefined. */
interface PeerList {
  readonly type: string;
  readonly peers: readonly { readonly name: NodeId; readonly life: number }[];
}

function keyOf(file: string, chunk: number, node: NodeId): string {
  return `${file} ${chunk} ${node}`;
}

/** Every replica that counts. */
function proven(world: World<StorageView>): readonly string[] {
  return [...(backendOf(world)?.values() ?? [])].flatMap(({ file, chunks }) =>
    chunks.flatMap(({ holders }, chunk) =>
      [...holders].filter(([, { isProven }]) => isProven).map(([node]) => keyOf(file, chunk, node)),
    ),
  );
}
