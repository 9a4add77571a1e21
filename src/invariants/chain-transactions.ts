// What becomes of transactions on a chain that may leave some of its blocks.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import {
  type ChainView,
  chainOfStep,
  type ShownBlock,
  type ShownChain,
  told,
} from "./chain-view.ts";

type Liars = (host: NodeId) => boolean;

/** A node that shows what waits for a block, too. */
export interface WaitingView extends ChainView {
  /** By hash. */
  readonly waiting: ReadonlyMap<string, unknown> | undefined;
}

/** What is remembered of a host's chain: the blocks that may leave it, which are not final. */
interface Followed {
  readonly life: number;
  /** Height of the first one. */
  from: number;
  /** With their transactions, as a block may be forgotten in the step in which it leaves. */
  readonly blocks: FollowedBlock[];
}

type FollowedBlock = Pick<ShownBlock, "transactions">;

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
    state: new Map<NodeId, Followed>(),
    onStep: (world: World<View>) => {
      const changes = told(world.emitted, "tip changed");
      const node = world.server?.node;
      const step = chainOfStep(world, mayLie);
      if (step === undefined || node === undefined) return undefined;
      const { chain, host } = step;
      const known = made.state.get(host.id);
      const isNew = known?.life !== host.life || told(world.emitted, "recovered").length > 0;
      if (known === undefined || isNew) {
        made.state.set(host.id, followFrom(chain, host.life));
        return undefined;
      }
      for (const { orphaned, adopted } of changes) {
        for (const transaction of follow(known, chain, orphaned, adopted)) {
          world.metrics.count("transactionsReturned");
          if (node.waiting?.has(transaction) || isIncluded(chain, transaction)) continue;
          return `${host.id}: transaction ${short(transaction)} left the chain, and is lost`;
        }
      }
      forgetFinal(known, chain);
      return undefined;
    },
  };
  return made;
}

function followFrom(chain: ShownChain, life: number): Followed {
  const from = Math.max(chain.base, chain.finalized.height + 1);
  return { life, from, blocks: shownFrom(chain, from) };
}

/** The blocks of a chain from a height on, `count` of them at most. */
function shownFrom(
  { canonical, base, blocks }: ShownChain,
  height: number,
  count = canonical.length,
): FollowedBlock[] {
  return canonical
    .slice(height - base, height - base + count)
    .map((hash) => ({ transactions: blocks.get(hash)?.transactions ?? [] }));
}

/** The transactions of the blocks that have left. */
function follow(
  { from, blocks }: Followed,
  chain: ShownChain,
  orphaned: number,
  adopted: number,
): string[] {
  const left = blocks.splice(Math.max(0, blocks.length - orphaned));
  blocks.push(...shownFrom(chain, from + blocks.length, adopted));
  return left.flatMap(({ transactions }) => transactions);
}

function forgetFinal(followed: Followed, { finalized }: ShownChain): void {
  const final = Math.min(finalized.height + 1 - followed.from, followed.blocks.length);
  if (final <= 0) return;
  followed.blocks.splice(0, final);
  followed.from += final;
}

/** By the block that is said to have it, which is of the chain, and has it. */
export function isIncluded(
  { transactions, blocks, canonical, base }: ShownChain,
  hash: string,
): boolean {
  const block = blocks.get(transactions.get(hash) ?? "");
  if (block === undefined || canonical[block.header.height - base] !== block.header.hash) {
    return false;
  }
  return block.transactions.includes(hash);
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

/** A hash as messages show it. */
export function short(hash: string): string {
  return hash.slice(0, 8);
}
