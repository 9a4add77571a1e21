// What holds of a chain's blocks on every node that does not lie.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import type { Micros } from "../sim/time.ts";
import { type ChainView, chainOfStep, type ShownChain, told } from "./chain-view.ts";

type Liars = (host: NodeId) => boolean;

/** Each block of a chain follows the one below it: its parent, one lower, and earlier. */
export function chainsAreLinked(name: string, mayLie: Liars): Invariant<ChainView> {
  return {
    name,
    onStep: (world) => {
      const step = chainOfStep(world, mayLie);
      if (step === undefined) return undefined;
      for (const { adopted } of told(world.emitted, "tip changed")) {
        const broken = brokenLink(step.chain, adopted);
        if (broken !== undefined) return `${step.host.id}: ${broken}`;
      }
      return undefined;
    },
  };
}

function brokenLink(chain: ShownChain, adopted: number): string | undefined {
  const { canonical, base, blocks } = chain;
  for (let at = Math.max(canonical.length - adopted, 1); at < canonical.length; at++) {
    const height = base + at;
    const header = blocks.get(canonical[at]!)?.header;
    const below = blocks.get(canonical[at - 1]!)?.header;
    if (header === undefined || below === undefined) return `height ${height} is of no known block`;
    if (header.height !== height) return `at height ${height} is a block of ${header.height}`;
    if (header.parent !== below.hash) return `block ${height} does not follow the one below it`;
    if (header.timestamp <= below.timestamp) return `block ${height} is not later than its parent`;
  }
  return undefined;
}

/**
 * Each block of a chain is valid: `judge` says what is wrong with a block that a node has taken at
 * that time.
 */
export function blocksAreValid<View extends ChainView>(
  name: string,
  judge: (node: View, hash: string, now: Micros) => string | undefined,
  mayLie: Liars,
): Invariant<View> {
  return {
    name,
    onStep: (world) => {
      const step = chainOfStep(world, mayLie);
      const node = world.server?.node;
      if (step === undefined || node === undefined) return undefined;
      const { canonical, base } = step.chain;
      for (const { adopted } of told(world.emitted, "tip changed")) {
        for (let at = Math.max(canonical.length - adopted, 1); at < canonical.length; at++) {
          const wrong = judge(node, canonical[at]!, world.now);
          if (wrong !== undefined)
            return `${step.host.id}: block ${base + at} is invalid: ${wrong}`;
        }
      }
      return undefined;
    },
  };
}

/** What is final on one node is final on all, for ever, and part of their chains. */
export function finalBlocksStay(name: string, mayLie: Liars): Invariant<ChainView> {
  const made = {
    name,
    // By height, what some node holds for final; by host and life, how far it has been looked at.
    state: { final: new Map<number, string>(), seen: new Map<string, number>() },
    onStep: (world: World<ChainView>) => {
      const step = chainOfStep(world, mayLie);
      if (step === undefined) return undefined;
      const { id, life } = step.host;
      const { final, seen } = made.state;
      const { finalized, canonical, base } = step.chain;
      const key = `${id}.${life}`;
      const last = seen.get(key) ?? base;
      if (finalized.height < last)
        return `${id}: height ${last} was final, now ${finalized.height}`;
      const isMoved = told(world.emitted, "tip changed").length > 0;
      if (finalized.height === last && !isMoved) return undefined;
      for (let height = last; height <= finalized.height; height++) {
        const hash = canonical[height - base];
        const known = final.get(height);
        if (known === undefined) final.set(height, hash!);
        else if (known !== hash) return `${id}: two blocks are final at height ${height}`;
      }
      seen.set(key, finalized.height);
      return undefined;
    },
  };
  return made;
}

/** What was durable on a node is known to it after every restart, if its disk keeps its word. */
export function durableBlocksStay(
  name: string,
  { mayLose }: { readonly mayLose: (host: NodeId) => boolean },
): Invariant<ChainView> {
  const made = {
    name,
    // By host, the highest block that was said to be durable, and was final or of the chain.
    state: new Map<NodeId, { height: number; hash: string }>(),
    onStep: ({ server, emitted }: World<ChainView>) => {
      const chain = server?.node?.chain;
      if (server === undefined || chain === undefined || mayLose(server.id)) return undefined;
      for (const { height, hash } of told(emitted, "block durable")) {
        made.state.set(server.id, { height, hash });
      }
      const stored = made.state.get(server.id);
      if (stored === undefined || told(emitted, "recovered").length === 0) return undefined;
      const isBelow = stored.height <= chain.finalized.height;
      if (isBelow || chain.blocks.has(stored.hash)) return undefined;
      return `${server.id}: block ${stored.height} was durable, and is not there after a restart`;
    },
  };
  return made;
}

/** An observer makes no block and casts no vote. */
export function observersOnlyWatch(
  name: string,
  observers: readonly NodeId[],
): Invariant<ChainView> {
  return {
    name,
    onStep: ({ server, emitted }) => {
      if (server === undefined || !observers.includes(server.id)) return undefined;
      const deed = emitted.find(({ event }) => event === "block proposed" || event === "vote cast");
      return deed && `${server.id} is an observer: ${deed.event}`;
    },
  };
}
