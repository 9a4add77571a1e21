// What storage nodes are thought of, and who of them is found lying.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { dataOf, type StorageView } from "./storage-view.ts";

/** A backend, of which the reputations are looked at; in hundredths. */
interface ReputationView extends StorageView {
  readonly state: { readonly peers?: ReadonlyMap<NodeId, { readonly reputation: number }> };
}

/** What each finding does to a reputation. */
const CHANGES = {
  ...{ "challenge passed": 1, "challenge missed": -5 },
  ...{ "fetch failed, missing": -10, "fetch failed, corrupt": -20 },
} as const;

/**
 * A reputation changes by what is found, and by nothing else: 1 up for a proof, 10 down for none,
 * 20 down for a false one or for wrong bytes, 5 down for no answer; and stays from 0 to 100.
 * Measures it, each time that it changes, as `reputation, <node>`.
 */
export function reputationFollows(name: string): Invariant<StorageView> {
  const made = {
    name,
    state: { life: 0, known: new Map<NodeId, number>() },
    onStep: (world: World<StorageView>) => {
      const { state } = made;
      const { server, metrics } = world;
      if (server?.node?.blocks === undefined) return undefined;
      // The node that has blocks is the backend.
      const { peers } = (server.node as ReputationView).state;
      if (state.life !== server.life) {
        state.life = server.life;
        state.known.clear();
      }
      for (const [node, { reputation }] of peers ?? []) {
        const before = state.known.get(node);
        if (before === reputation) continue;
        state.known.set(node, reputation);
        metrics.observe(`reputation, ${node}`, reputation);
        if (before === undefined) continue;
        const allowed = reachable(before, node, world);
        if (allowed.includes(reputation)) continue;
        return `${node} had the reputation ${before}, and has ${reputation} for no reason`;
      }
      return undefined;
    },
  };
  return made;
}

/** What a reputation may be after a step. */
function reachable(before: number, node: NodeId, world: World<StorageView>): readonly number[] {
  const changes: number[] = [];
  for (const { event, data } of world.emitted) {
    const { node: whose, why } = dataOf<{ node?: NodeId; why?: string }>(data ?? {});
    if (whose !== node) continue;
    if (event === "challenge failed") changes.push(proofOf(world) === undefined ? -10 : -20);
    const known: Readonly<Record<string, number>> = CHANGES;
    const change = known[event] ?? known[`${event}, ${why}`];
    if (change !== undefined) changes.push(change);
  }
  // Who does not answer a fetch in time is told of as silent only, as with other questions.
  const isSilent = world.emitted.some(({ event, data }) => {
    return event === "node silent" && dataOf<{ node: NodeId }>(data).node === node;
  });
  const after = changes.reduce(rated, before);
  return changes.length === 0 && isSilent ? [rated(before, -5)] : [after];
}

function proofOf({ event }: World<StorageView>): unknown {
  return event.kind === "deliver"
    ? dataOf<{ proof?: unknown }>(event.payload ?? {}).proof
    : undefined;
}

function rated(reputation: number, change: number): number {
  return Math.min(100, Math.max(0, reputation + change));
}

/**
 * Measures who of the liars is found out, that is, fails a challenge, lets one go by, or gives
 * wrong bytes, after its first lie: `liarsFound` of `liars`; how many by audits:
 * `liarsFoundByAudits`; and how long that takes from the first lie: `liarFoundMs`.
 */
export function measureLiars(): Invariant<StorageView> {
  interface Liar {
    readonly since: Micros;
    isFound: boolean;
  }
  const made = {
    name: "liars",
    state: new Map<NodeId, Liar>(),
    onStep: ({ now, emitted, server, metrics }: World<StorageView>) => {
      const { state } = made;
      for (const { event, data } of emitted) {
        if (event === "lie" && server !== undefined && !state.has(server.id)) {
          state.set(server.id, { since: now, isFound: false });
          metrics.count("liars");
        }
        const isAudit = event === "challenge failed" || event === "challenge missed";
        if (!isAudit && event !== "fetch failed") continue;
        const liar = state.get(dataOf<{ node: NodeId }>(data).node);
        if (liar === undefined || liar.isFound) continue;
        liar.isFound = true;
        metrics.count("liarsFound");
        if (isAudit) metrics.count("liarsFoundByAudits");
        metrics.observe("liarFoundMs", inMs(now - liar.since));
      }
      return undefined;
    },
  };
  return made;
}
