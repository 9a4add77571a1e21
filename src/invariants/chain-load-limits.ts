// What holds of a chain under load: what waits is bounded, what is too much is refused as such, and
// peers are not flooded.

import type { Invariant, World } from "../sim/invariant.ts";
import { type LoadView, submissionOf } from "./chain-load-view.ts";
import { told } from "./chain-view.ts";

/** How many transactions may wait at a node, and of one sender among them. */
export interface MempoolLimits {
  readonly mempoolCount: number;
  readonly mempoolPerSender: number;
}

/**
 * TB-BOUNDED: no mempool takes more than so many; TB-BUSY: clients are refused for that alone, as
 * busy, and only where no room is. Measures `mempoolPeak`, `importQueuePeak` and, of what clients
 * have submitted, `transactionsBusy`.
 */
export function mempoolIsBounded<View extends LoadView>({
  mempoolCount,
  mempoolPerSender,
}: MempoolLimits): Invariant<View> {
  const made = {
    name: "TB-BOUNDED",
    supposes: ["operations"] as const,
    // By host index, how many waited before.
    state: { waiting: [] as number[], peak: 0, queuePeak: 0 },
    onStep: (world: World<View>) => {
      const { server, emitted } = world;
      if (server?.node?.chain === undefined) return undefined;
      const { state } = made;
      const { waiting, importsQueued } = server.node;
      const count = waiting.size;
      const before = state.waiting[server.index] ?? 0;
      state.waiting[server.index] = count;
      state.peak = Math.max(state.peak, count);
      state.queuePeak = Math.max(state.queuePeak, importsQueued);
      // What a reorganisation gives back comes on top.
      const isTaken = count > before && told(emitted, "tip changed").length === 0;
      if (isTaken && count > mempoolCount) {
        const message = `${server.id}: ${count} wait, of ${mempoolCount}`;
        return [{ invariant: "TB-BOUNDED", message }];
      }
      // Half of it is kept for what can go into a block.
      return wrongRefusal(world, count >= Math.min(mempoolCount / 2, mempoolPerSender));
    },
    onEnd: ({ metrics }: World<View>) => {
      metrics.gauge("mempoolPeak", made.state.peak);
      metrics.gauge("importQueuePeak", made.state.queuePeak);
      return undefined;
    },
  };
  return made;
}

function wrongRefusal(world: World<LoadView>, mayBeFull: boolean) {
  const { refused = [] } = submissionOf(world) ?? {};
  for (const { reason } of refused) {
    const { kind, rule } = reason;
    // An answer was lost, and it is offered again; or the one before it was refused as busy.
    if (kind === "known" || rule === "nonce too low" || rule === "nonce too high") continue;
    const why = rule ?? kind;
    if (kind === "busy") world.metrics.count("transactionsBusy");
    if (kind === "busy" && mayBeFull) continue;
    const message = `${world.server!.id}: refused a good transaction: ${why}`;
    return [{ invariant: "TB-BUSY", message }];
  }
  return undefined;
}

/**
 * TB-PEER-LIMITS: servers that do not lie keep within what they allow one another, whatever clients
 * ask of them: none is blamed for a flood.
 */
export function peersKeepLimits(name: string): Invariant {
  return {
    name,
    supposes: ["operations", "faults", "conditions"],
    onStep: ({ server, emitted }: World) => {
      for (const { event, data } of emitted) {
        if (event !== "peer fault") continue;
        // What nodes tell of a fault of a peer's.
        const { peer, fault } = data as { readonly peer: string; readonly fault: string };
        if (fault === "flood") return `${server!.id}: ${peer} sends more than it may`;
      }
      return undefined;
    },
  };
}
