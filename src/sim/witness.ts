import type { Env } from "./env.ts";
import type { World } from "./invariant.ts";

/**
 * Stands between programs and their world, to see each thing that they do. It must change nothing:
 * the fingerprint of a run is the same with a witness and without.
 */
export interface Witness {
  /** Of a host's env, the one that its node is to get; each of its members does the same. */
  lend<Message>(env: Env<Message>): Env<Message>;
  /**
   * Stands around each event: calls `play` once, and lets through what it throws. The world is the
   * one that invariants see; of an event that has waited in an inbox, the kind is known afterwards.
   */
  attend(world: World, play: () => void): void;
}
