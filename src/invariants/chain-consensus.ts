// What holds of a chain that several validators make: which branch nodes are on, how far they leave
// it, and how soon blocks come.

import type { NodeId } from "../sim/env.ts";
import type { Invariant, World } from "../sim/invariant.ts";
import { formatTime, type Micros } from "../sim/time.ts";
import { type ChainView, chainOfStep, type ShownChain, tipOfShown, told } from "./chain-view.ts";

type Liars = (host: NodeId) => boolean;

/** A span of time, both ends included. */
export interface Span {
  readonly from: Micros;
  readonly until: Micros;
}

const MOVES: readonly string[] = ["tip changed", "block imported", "block proposed", "finalized"];

/**
 * The tip is the best of all known blocks that descend from the highest justified one: the highest,
 * and of equally high ones that with the lowest hash. So whoever knows the same blocks and votes
 * has the same tip, in whatever order they came; at the end those who do are compared.
 */
export function tipsFollowForkChoice(name: string, mayLie: Liars): Invariant<ChainView> {
  return {
    name,
    onStep: (world) => {
      if (!world.emitted.some(({ event }) => MOVES.includes(event))) return undefined;
      const step = chainOfStep(world, mayLie);
      if (step === undefined) return undefined;
      const better = betterThanTip(step.chain);
      if (better === undefined) return undefined;
      const { hash, height } = tipOfShown(step.chain);
      return `${step.host.id}: its tip is ${height} ${short(hash)}, and ${better} comes first`;
    },
    onEnd: ({ servers }) => {
      const tips = new Map<string, { id: NodeId; hash: string }>();
      for (const { id, node } of servers) {
        if (node?.chain === undefined || mayLie(id)) continue;
        const { hash } = tipOfShown(node.chain);
        const known = knowledgeOf(node.chain);
        const other = tips.get(known);
        if (other !== undefined && other.hash !== hash) {
          return `${other.id} and ${id} know the same, and have other tips`;
        }
        tips.set(known, { id, hash });
      }
      return undefined;
    },
  };
}

function short(hash: string): string {
  return hash.slice(0, 8);
}

/** A block that descends from the justified one and comes before the tip, in words. */
function betterThanTip(chain: ShownChain): string | undefined {
  const { branches, justified } = chain;
  const tip = tipOfShown(chain);
  if (!descends(chain, tip.hash)) return `justified ${justified.height} ${short(justified.hash)}`;
  for (let { height } = tip; branches.has(height); height++) {
    const better = branches
      .get(height)!
      .find((hash) => (height > tip.height || hash < tip.hash) && descends(chain, hash));
    if (better !== undefined) return `${height} ${short(better)}`;
  }
  return undefined;
}

/** From the justified block. O(blocks off the chain). */
function descends({ blocks, canonical, base, justified }: ShownChain, descendant: string): boolean {
  let header = blocks.get(descendant)?.header;
  while (header !== undefined && header.height > justified.height) {
    if (canonical[header.height - base] === header.hash) {
      return canonical[justified.height - base] === justified.hash;
    }
    header = blocks.get(header.parent)?.header;
  }
  return header?.hash === justified.hash;
}

function knowledgeOf({ blocks, justified, finalized }: ShownChain): string {
  const above = [...blocks.values()].filter(({ header }) => header.height >= finalized.height);
  const hashes = above.map(({ header }) => header.hash).sort();
  return [justified.hash, finalized.hash, ...hashes].join();
}

/** No block of anybody competes with another one, and none ever leaves a chain. */
export function noForks(name: string, { from, until }: Span): Invariant<ChainView> {
  return {
    name,
    supposes: ["conditions", "faults"],
    onStep: ({ now, emitted, server }) => {
      if (now < from || now > until || emitted.length === 0) return undefined;
      const fork = emitted.find(({ event }) => event === "fork seen");
      if (fork !== undefined) return `${server?.id} sees a fork`;
      const left = told(emitted, "tip changed").find(({ orphaned }) => orphaned > 0);
      return left && `${server?.id}: ${left.orphaned} blocks left its chain`;
    },
  };
}

/** No chain of a node ever loses more than so many blocks at once. */
export function reorgsAreShort(name: string, depthMax: number): Invariant<ChainView> {
  return {
    name,
    supposes: ["conditions"],
    onStep: ({ emitted, server }) => {
      if (emitted.length === 0) return undefined;
      const deep = told(emitted, "tip changed").find(({ orphaned }) => orphaned > depthMax);
      if (deep === undefined) return undefined;
      return `${server?.id}: ${deep.orphaned} blocks left its chain, expected ${depthMax} at most`;
    },
  };
}

/** Servers that were cut off from all others, and since when. */
export interface CutSides {
  readonly from: Micros;
  /** Who could reach each other. Of who is in none of them nothing is asked. */
  readonly sides: readonly (readonly NodeId[])[];
}

/** A node's chain never loses more blocks than its side has made since the cut began. */
export function reorgsAreOfTheCut(name: string, { from, sides }: CutSides): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["faults"] as const,
    state: { made: sides.map(() => 0) },
    onStep: ({ now, emitted, server }: World<ChainView>) => {
      if (emitted.length === 0 || server === undefined) return undefined;
      const side = sides.findIndex((hosts) => hosts.includes(server.id));
      if (side < 0) return undefined;
      const depth = Math.max(0, ...told(emitted, "tip changed").map(({ orphaned }) => orphaned));
      const blocks = made.state.made[side] ?? 0;
      if (depth > blocks) {
        return `${server.id}: ${depth} blocks left its chain, and its side has made ${blocks}`;
      }
      const isMade = told(emitted, "block proposed").length > 0;
      if (isMade && now >= from) made.state.made[side] = blocks + 1;
      return undefined;
    },
  };
  return made;
}

/** In a span, all servers that are up and do not lie are at most so many blocks apart. */
export function heightsStayClose(
  name: string,
  { apartMax, mayLie, from, until }: Span & { readonly apartMax: number; readonly mayLie: Liars },
): Invariant<ChainView> {
  return {
    name,
    supposes: ["conditions", "faults"],
    onStep: ({ now, servers, emitted }) => {
      if (now < from || now > until || told(emitted, "tip changed").length === 0) return undefined;
      const heights = servers
        .filter(({ id, node }) => node?.chain !== undefined && !mayLie(id))
        .map(({ node }) => tipOfShown(node!.chain!).height);
      const apart = Math.max(...heights) - Math.min(...heights);
      return apart > apartMax ? `heights are ${heights.join(", ")}` : undefined;
    },
  };
}

/** In a span, the highest chain of all grows at least so often; measures `blockGapMaxMs`. */
export function blocksKeepComing(
  name: string,
  { from, until, gapMax }: Span & { readonly gapMax: Micros },
): Invariant<ChainView> {
  const made = {
    name,
    supposes: ["servers", "faults", "conditions"] as const,
    state: { height: 0, at: from, longest: 0 },
    onStep: ({ now, emitted }: World<ChainView>) => {
      const { state } = made;
      if (emitted.length === 0) return undefined;
      for (const { height } of told(emitted, "tip changed")) {
        if (height <= state.height) continue;
        if (now >= from && now <= until) state.longest = Math.max(state.longest, now - state.at);
        state.height = height;
        state.at = Math.max(from, now);
      }
      return undefined;
    },
    onEnd: ({ now, metrics }: World<ChainView>) => {
      const end = Math.min(now, until);
      const longest = Math.max(made.state.longest, end - made.state.at);
      metrics.gauge("blockGapMaxMs", longest / 1_000);
      if (longest <= gapMax) return undefined;
      return `no block for ${formatTime(longest)}, expected one every ${formatTime(gapMax)}`;
    },
  };
  return made;
}
