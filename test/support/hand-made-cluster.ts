import type { CommitView } from "../../src/invariants/measures.ts";
import type { NodeId } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { HandMadeWorld } from "./hand-made-world.ts";

/** A server as invariants about leadership see it. */
export type Member = { -readonly [Field in keyof CommitView]: CommitView[Field] };

export type Cluster = HandMadeWorld<Member>;

/** Followers `n1`, `n2`, … of nobody in term 0, under these invariants. */
export function clusterUnder(invariants: readonly Invariant<Member>[], size = 3): Cluster {
  const ids = Array.from({ length: size }, (_, i) => `n${i + 1}`);
  const blank = { role: "follower", term: 0, leader: undefined, commit: 0, applied: 0 };
  const nodes = ids.map((id): [NodeId, Member] => [id, { ...blank, lastIndex: 0 }]);
  return new HandMadeWorld(invariants, Object.fromEntries(nodes));
}

/** Makes a server lead in a term, and these others follow it; the rest do as before. */
export function elect(cluster: Cluster, id: NodeId, term: number, followers: readonly NodeId[]) {
  for (const follower of followers) {
    Object.assign(cluster.node(follower), { role: "follower", term, leader: id });
  }
  Object.assign(cluster.node(id), { role: "leader", term, leader: id });
}

/** Cuts a server off from all others, both ways. */
export function isolate(cluster: Cluster, id: NodeId): void {
  for (const other of cluster.servers) {
    if (other.id === id) continue;
    cluster.cut(id, other.id);
    cluster.cut(other.id, id);
  }
}
