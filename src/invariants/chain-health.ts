// What holds of a chain that is watched: what its nodes have to say of themselves; and that it does
// not care whether anybody watches.

import type { NodeId, Plain } from "../sim/env.ts";
import { hashPlain } from "../sim/fingerprint.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { type ChainView, tipOfShown } from "./chain-view.ts";

/** Whether a node answers who asks: it does once it shows its chain. */
export function chainNodeAnswers({ servers }: World<ChainView>, node: NodeId): boolean {
  return servers.find(({ id }) => id === node)?.node?.chain !== undefined;
}

/** The heights that a page of the event's server has to have. */
export function heightsOf({ server }: World<ChainView>): Readonly<Record<string, number>> {
  const chain = server?.node?.chain;
  if (chain === undefined) return {};
  return { block_height: tipOfShown(chain).height, finalized_height: chain.finalized.height };
}

/** What the chain does, and nothing of who watches it. */
const CONSENSUS = [
  ...(["block proposed", "block imported", "block refused", "block durable"] as const),
  ...(["tip changed", "vote cast", "finalized", "recovered", "evidence"] as const),
] as readonly string[];

/** Messages between a node and whoever watches it. */
const METRICS = ["scrape", "exposition", "probe", "alive"];

/**
 * TB-UNDISTURBED: what the servers have told and sent, and when, apart from metrics, is what they
 * told and sent in the same run undisturbed; `expected` runs it, and says what is measured here as
 * `consensusTrace`: a hash of all that. Without an expectation it only measures.
 */
export function consensusIsUndisturbed(
  name: string,
  expected?: () => number | undefined,
): Invariant<ChainView> {
  const made = {
    name,
    state: { hash: 0 },
    onStep: ({ server, sent, emitted, now }: World<ChainView>) => {
      if (server === undefined) return undefined;
      for (const { event, data } of emitted) {
        if (CONSENSUS.includes(event)) mix(made.state, [now, server.id, event, data]);
      }
      for (const { to, message } of sent) {
        const { type } = message as { readonly type: string };
        // What is in it follows from what was told.
        if (!METRICS.includes(type)) mix(made.state, [now, server.id, to, type]);
      }
      return undefined;
    },
    onEnd: ({ metrics }: World<ChainView>) => {
      metrics.gauge("consensusTrace", made.state.hash >>> 0);
      const other = expected?.();
      if (other === undefined || other === made.state.hash >>> 0) return undefined;
      return `the trace of consensus is ${made.state.hash >>> 0}, and ${other} without the outage`;
    },
  };
  return made;
}

function mix(state: { hash: number }, value: Plain): void {
  state.hash = hashPlain(state.hash, value);
}
