import type { NodeId } from "../../sim/env.ts";

/** A node that may be given a replica. */
export interface Candidate {
  readonly name: NodeId;
  readonly freeBytes: number;
}

/**
 * Who is to hold replicas of `sizeBytes`: those with the most room first, then by name; at most
 * `count`, fewer when fewer have room. Whoever is chosen has less room for the next chunk: the
 * caller counts it.
 */
export function placeReplicas(
  candidates: readonly Candidate[],
  count: number,
  sizeBytes: number,
): readonly NodeId[] {
  return candidates
    .filter(({ freeBytes }) => freeBytes >= sizeBytes)
    .sort((a, b) => b.freeBytes - a.freeBytes || (a.name < b.name ? -1 : 1))
    .slice(0, count)
    .map(({ name }) => name);
}
