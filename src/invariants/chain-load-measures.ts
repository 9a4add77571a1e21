// What a chain does under load, measured in virtual time.

import type { Invariant, World } from "../sim/invariant.ts";
import { inMs, type Micros } from "../sim/time.ts";
import { type ChainView, tipOfShown, told } from "./chain-view.ts";

/** When load is offered, and how many transactions have room in a block. */
export interface LoadSpan {
  readonly from: Micros;
  readonly lasting: Micros;
  readonly blockTransactions: number;
}

interface Loaded {
  /** Transactions in blocks that became part of the first server's chain while load was offered. */
  included: number;
  height: number;
  /** When that server took the last block that is not empty. */
  lastAt: Micros;
}

/**
 * Measures, of the first server: `includedPerS` while load was offered; `blockFillPercent` of each
 * block that is not empty; `loadDoneMs`, from the end of the load until all of it was in blocks.
 * And by the words of the clients whose loads have ended: `offeredPerS`, and `refusalPercent`, how
 * often they were refused of all that they offered, again and again if need be.
 */
export function measureLoad(span: LoadSpan): Invariant<ChainView> {
  const { from, lasting } = span;
  const made = {
    name: "load",
    state: { included: 0, height: 0, lastAt: from } as Loaded,
    onStep: (world: World<ChainView>) => {
      const { servers, server, emitted } = world;
      if (server === undefined || server !== servers[0] || emitted.length === 0) return undefined;
      for (const { height } of told(emitted, "tip changed")) {
        noteBlocks(made.state, height, span, world);
      }
      return undefined;
    },
    onEnd: ({ metrics, history }: World<ChainView>) => {
      const { included, lastAt } = made.state;
      metrics.gauge("includedPerS", Math.floor((included * 1_000_000) / lasting));
      metrics.gauge("loadDoneMs", inMs(Math.max(0, lastAt - from - lasting)));
      const [offered, accepted, refused] = sumOf(history);
      metrics.gauge("offeredPerS", Math.floor((offered * 1_000_000) / lasting));
      const asked = accepted + refused;
      if (asked > 0) metrics.gauge("refusalPercent", Math.floor((refused * 100) / asked));
      return undefined;
    },
  };
  return made;
}

/** A block that takes another's place counts for that one. */
function noteBlocks(
  state: Loaded,
  height: number,
  { from, lasting, blockTransactions }: LoadSpan,
  { server, now, metrics }: World<ChainView>,
): void {
  const { canonical, base, blocks } = server!.node!.chain!;
  for (let at = state.height + 1; at <= height; at++) {
    const count = blocks.get(canonical[at - base]!)?.transactions.length ?? 0;
    if (count === 0) continue;
    metrics.observe("blockFillPercent", Math.floor((count * 100) / blockTransactions));
    if (now <= from + lasting) state.included += count;
    state.lastAt = now;
  }
  state.height = Math.max(state.height, height);
}

/** What all loads that have ended say: offered, accepted, refused. */
function sumOf({ returned }: World["history"]): readonly [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  for (const { operation, outcome, result } of returned) {
    // What a plan asks of a client is an operation, and these are the results of loads.
    if ((operation as { readonly op?: string }).op !== "load" || outcome !== "ok") continue;
    const { offered, accepted, refused } = result as Readonly<Record<string, number>>;
    [offered, accepted, refused].forEach((count, i) => {
      sums[i]! += count ?? 0;
    });
  }
  return sums;
}

/** Whether all servers are up, and have the same last block. */
export function tipsAreEqual({ servers }: World<ChainView>): boolean {
  const hashes = servers.map(({ node }) => node?.chain && tipOfShown(node.chain).hash);
  return hashes.every((hash) => hash !== undefined && hash === hashes[0]);
}

/** The tips of all servers, for messages. */
export function tipsInWords({ servers }: World<ChainView>): string {
  const tips = servers.map(({ id, node }) => {
    const tip = node?.chain && tipOfShown(node.chain);
    return tip === undefined ? `${id} is down` : `${id} at ${tip.height} ${tip.hash.slice(0, 8)}`;
  });
  return tips.join(", ");
}
