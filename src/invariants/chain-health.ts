// What holds of a chain that is watched: what its nodes have to say of themselves; and that it does
// not care whether anybody watches.

import type { NodeId, Plain } from "../sim/env.ts";
import { hashPlain } from "../sim/fingerprint.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { type ChainView, tipOfShown } from "./chain-view.ts";
import type { ShownSample } from "./monitoring.ts";

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

/** What a node has told of its chain in one life, by the sample that has to say the same. */
interface Counted {
  readonly life: number;
  readonly samples: Record<(typeof COUNTED)[number], number>;
}

const COUNTED = [
  ...(["block_interval_seconds_count", "block_propagation_seconds_count"] as const),
  ...(["reorg_depth_blocks_count", "reorg_depth_blocks_sum"] as const),
  ...(["reorg_depth_max_blocks", "sync_blocks_total"] as const),
] as const;

/**
 * TB-COUNTED: a page has counted what its node has told since it started: how often and how deep it
 * was reorganised, how many blocks joined its chain, and how many of those it imported were fetched
 * and how many a peer brought.
 */
export function pagesCountTheChain(
  name: string,
  read: (text: string) => readonly ShownSample[] | undefined,
): Invariant<ChainView> {
  const made = {
    name,
    state: new Map<NodeId, Counted>(),
    onStep: ({ server, sent, emitted }: World<ChainView>) => {
      if (server === undefined) return undefined;
      const { id, life } = server;
      let counted = made.state.get(id);
      if (counted?.life !== life) counted = { life, samples: nothingCounted() };
      made.state.set(id, counted);
      for (const { event, data } of emitted) count(counted, event, data);
      for (const { message } of sent) {
        // Every message of a chain has a type, and this one has a text.
        const { type, text } = message as { readonly type: string; readonly text: string };
        if (type !== "exposition") continue;
        for (const sample of COUNTED) {
          const value = read(text)?.find((one) => one.name === sample)?.value;
          const expected = counted.samples[sample];
          if (value !== expected) return `${id}: ${sample} ${value}, and it told of ${expected}`;
        }
      }
      return undefined;
    },
  };
  return made;
}

function nothingCounted(): Counted["samples"] {
  // The keys are those of the list.
  return Object.fromEntries(COUNTED.map((sample) => [sample, 0])) as Counted["samples"];
}

function count({ samples }: Counted, event: string, data: Plain): void {
  if (event === "block imported") {
    const { from } = data as { readonly from: string };
    samples[from === "sync" ? "sync_blocks_total" : "block_propagation_seconds_count"]++;
  }
  if (event !== "tip changed") return;
  const { orphaned, adopted } = data as { readonly orphaned: number; readonly adopted: number };
  samples.block_interval_seconds_count += adopted;
  if (orphaned > 0) samples.reorg_depth_blocks_count++;
  samples.reorg_depth_blocks_sum += orphaned;
  samples.reorg_depth_max_blocks = Math.max(samples.reorg_depth_max_blocks, orphaned);
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
