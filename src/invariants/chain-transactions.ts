// What becomes of transactions on a chain that may leave some of its blocks.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { type ChainView, chainOfStep, type ShownChain, told } from "./chain-view.ts";

type Liars = (host: NodeId) => boolean;

/** A node that shows what waits for a block, too. */
export interface WaitingView extends ChainView {
  /** By hash. */
  readonly waiting: ReadonlyMap<string, unknown> | undefined;
}

/** What is remembered of a host's chain. */
interface Followed {
  readonly life: number;
  readonly canonical: string[];
}

/**
 * Every transaction of a block that leaves a node's chain is in another block of it, or waits for
 * one. Measures `transactionsReturned`.
 */
export function orphanedTransactionsReturn<View extends WaitingView>(
  name: string,
  mayLie: Liars,
): Invariant<View> {
  const made = {
    name,
    state: {
      chains: new Map<NodeId, Followed>(),
      // By hash of the block, as it may be forgotten in the step in which it leaves.
      transactions: new Map<string, readonly string[]>(),
    },
    onStep: (world: World<View>) => {
      const changes = told(world.emitted, "tip changed");
      const node = world.server?.node;
      const step = chainOfStep(world, mayLie);
      if (step === undefined || node === undefined) return undefined;
      const { chain, host } = step;
      const { chains, transactions } = made.state;
      const known = chains.get(host.id);
      const isNew = known?.life !== host.life || told(world.emitted, "recovered").length > 0;
      if (known === undefined || isNew) {
        chains.set(host.id, { life: host.life, canonical: [...chain.canonical] });
        for (const hash of chain.canonical) noteTransactions(transactions, chain, hash);
        return undefined;
      }
      for (const { orphaned, adopted } of changes) {
        const left = known.canonical.splice(known.canonical.length - orphaned);
        known.canonical.push(...chain.canonical.slice(known.canonical.length).slice(0, adopted));
        for (const hash of known.canonical.slice(-adopted)) {
          noteTransactions(transactions, chain, hash);
        }
        for (const transaction of left.flatMap((hash) => transactions.get(hash) ?? [])) {
          world.metrics.count("transactionsReturned");
          if (node.waiting?.has(transaction) || isIncluded(chain, transaction)) continue;
          return `${host.id}: transaction ${short(transaction)} left the chain, and is lost`;
        }
      }
      return undefined;
    },
  };
  return made;
}

/** By the block that is said to have it, which is of the chain, and has it. */
function isIncluded({ transactions, blocks, canonical, base }: ShownChain, hash: string): boolean {
  const block = blocks.get(transactions.get(hash) ?? "");
  if (block === undefined || canonical[block.header.height - base] !== block.header.hash) {
    return false;
  }
  return block.transactions.includes(hash);
}

function noteTransactions(
  noted: Map<string, readonly string[]>,
  { blocks }: ShownChain,
  hash: string,
): void {
  if (!noted.has(hash)) noted.set(hash, blocks.get(hash)?.transactions ?? []);
}

/**
 * Nothing that waits for a block of a node's is in its chain after that has changed; and at the end
 * no chain of a node that is up has a transaction in two blocks, or twice in one.
 */
export function transactionsAreOnce<View extends WaitingView>(
  name: string,
  mayLie: Liars,
): Invariant<View> {
  return {
    name,
    onStep: (world) => {
      const step = chainOfStep(world, mayLie);
      const waiting = world.server?.node?.waiting;
      if (step === undefined || waiting === undefined || waiting.size === 0) return undefined;
      if (told(world.emitted, "tip changed").length === 0) return undefined;
      const again = [...waiting.keys()].find((hash) => isIncluded(step.chain, hash));
      return again && `${step.host.id}: ${short(again)} is in its chain, and waits to be so again`;
    },
    onEnd: ({ servers }) => {
      for (const { id, node } of servers) {
        if (node?.chain === undefined || mayLie(id)) continue;
        const seen = new Set<string>();
        for (const hash of node.chain.canonical) {
          for (const transaction of node.chain.blocks.get(hash)?.transactions ?? []) {
            if (seen.has(transaction)) return `${id}: ${short(transaction)} is there twice`;
            seen.add(transaction);
          }
        }
      }
      return undefined;
    },
  };
}

/**
 * Every transfer that was acknowledged is in the chain of every server that is up at the end.
 * Measures `transfersKept`.
 */
export function acknowledgedTransfersStay(name: string, mayLie: Liars): Invariant<ChainView> {
  return {
    name,
    supposes: ["servers"],
    onEnd: ({ servers, history, metrics }) => {
      const chains = servers.filter(({ id, node }) => node?.chain !== undefined && !mayLie(id));
      for (const { id, outcome, operation, result } of history.returned) {
        if ((operation as { readonly op?: string }).op !== "transfer") continue;
        // What a transfer's client tells of it has the hash of its transaction.
        const { hash } = (result ?? {}) as { readonly hash?: string };
        if (outcome !== "ok" || hash === undefined) continue;
        const without = chains.find(({ node }) => !isIncluded(node!.chain!, hash));
        if (without !== undefined) return `transfer ${id} was done, and ${without.id} lacks it`;
        metrics.count("transfersKept");
      }
      return undefined;
    },
  };
}

function short(hash: string): string {
  return hash.slice(0, 8);
}
