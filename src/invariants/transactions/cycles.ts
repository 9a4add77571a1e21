// Cycles of a graph of dependencies, the shortest of each type in each component.

import { type Components, componentsOf, spacedComponentsOf, spacedStep } from "./components.ts";
import { type Graph, PROCESS, REALTIME, RW, WR, WW } from "./graph.ts";
import type { AnomalyType, CycleType } from "./levels.ts";
import { PathFinder, type Search } from "./paths.ts";

/** One dependency of a cycle: `to` came after `from`, both transactions by number. */
export interface Dependency {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
  readonly fromOperation: number;
  readonly toOperation: number;
}

/** Transactions each of which came before the next, and the last before the first. */
export interface Cycle {
  readonly type: AnomalyType;
  readonly steps: readonly Dependency[];
}

/** What is looked for at one time. */
interface Pass {
  /** The kinds of edges that are there. */
  readonly mask: number;
  /** An edge of one of these kinds is in the cycle. */
  readonly anchors: number;
  /** Whether no two anti-dependencies may follow one another. */
  readonly isSpaced: boolean;
  /** What is worth keeping; a cycle of another type has been found by another pass. */
  readonly types: readonly CycleType[];
}

const PASSES: readonly Pass[] = [
  { mask: WW, anchors: WW, isSpaced: false, types: ["G0"] },
  { mask: WW | WR, anchors: WR, isSpaced: false, types: ["G1c"] },
  { mask: WW | WR | RW, anchors: RW, isSpaced: true, types: ["G-single", "G-nonadjacent"] },
  { mask: WW | WR | RW, anchors: RW, isSpaced: false, types: ["G2"] },
];

/** Without more orders; with that within sessions; with that in time, which has sessions in it. */
const ORDERS = [
  { bit: 0, mask: 0, order: undefined },
  { bit: PROCESS, mask: PROCESS, order: "process" },
  { bit: REALTIME, mask: PROCESS | REALTIME, order: "realtime" },
] as const;

/**
 * In every component of the graph the shortest cycles found of each type. Whether a component has
 * a cycle that a level forbids is decided exactly, in linear time; which cycle is the shortest is
 * searched for within a number of steps that is linear, too. O(nodes + edges).
 */
export function cyclesOf(graph: Graph): Cycle[] {
  const whole = componentsOf(graph, WW | WR | RW | PROCESS | REALTIME);
  if (whole.count === 0) return [];
  const isIn = Uint8Array.from(whole.of, (component) => (component === -1 ? 0 : 1));
  const kinds = graph.kind.reduce((all, kind) => all | kind, 0);
  const finder = new CycleFinder(graph, isIn);
  for (const { bit, mask } of ORDERS) {
    if (bit !== 0 && (kinds & bit) === 0) continue;
    PASSES.forEach((pass, rank) => {
      finder.run(pass, rank, mask);
    });
  }
  return finder.found;
}

class CycleFinder {
  readonly found: Cycle[] = [];
  readonly #graph: Graph;
  readonly #isIn: Uint8Array;
  readonly #paths: PathFinder;
  /** By node, the lowest rank of the pass that found a cycle through it. */
  readonly #rank: Uint8Array;

  constructor(graph: Graph, isIn: Uint8Array) {
    this.#graph = graph;
    this.#isIn = isIn;
    this.#paths = new PathFinder(graph);
    this.#rank = new Uint8Array(graph.nodes).fill(PASSES.length);
  }

  /** Looks for the cycles of a pass; with an order, for those that need it. */
  run(pass: Pass, rank: number, order: number): void {
    const graph = this.#graph;
    const mask = pass.mask | order;
    const components = pass.isSpaced
      ? spacedComponentsOf(graph, mask, this.#isIn)
      : componentsOf(graph, mask, this.#isIn);
    if (components.count === 0) return;
    // What is wrong without the order is not told again. In any other component every cycle of
    // this pass needs the order: without it, the component would hold one that has been found.
    const isKnown = order === 0 ? undefined : this.#known(components, rank);
    const share = Math.ceil((4 * (graph.edges + graph.nodes)) / components.count);
    const budget = new Float64Array(components.count).fill(share);
    const best = new Map<string, Cycle>();
    for (let edge = 0; edge < graph.edges; edge++) {
      const kind = graph.kind[edge]!;
      if ((kind & pass.anchors) === 0 || (kind & ~mask) !== 0) continue;
      const component = this.#componentOf(edge, pass, components);
      // The first edge of a component is always tried: there is a cycle through it.
      if (component === -1 || isKnown?.[component] === 1 || budget[component]! <= 0) continue;
      const before = this.#paths.steps;
      for (const cycle of this.#around(edge, component, components, { ...pass, mask })) {
        if (!pass.types.some((type) => cycle.type.startsWith(type))) continue;
        const name = `${component} ${cycle.type}`;
        const known = best.get(name);
        if (known === undefined || cycle.steps.length < known.steps.length) best.set(name, cycle);
      }
      budget[component]! -= this.#paths.steps - before;
    }
    for (const cycle of best.values()) this.#keep(cycle, rank);
  }

  /** By component, whether a cycle that is as bad has been found in it. */
  #known({ count, of }: Components, rank: number): Uint8Array {
    const isKnown = new Uint8Array(count);
    const shift = of.length === this.#graph.nodes ? 0 : 1;
    of.forEach((component, node) => {
      if (component !== -1 && this.#rank[node >> shift]! <= rank) isKnown[component] = 1;
    });
    return isKnown;
  }

  /** The component that an edge is in; -1 if it is in none. */
  #componentOf(edge: number, { isSpaced }: Pass, { of }: Components): number {
    const from = this.#graph.from[edge]!;
    const start = isSpaced ? 2 * from : from;
    const end = isSpaced ? spacedStep(this.#graph, start, edge) : this.#graph.to[edge]!;
    return of[start] === of[end] ? of[start]! : -1;
  }

  /** The shortest cycles through an edge, one or two. */
  #around(edge: number, component: number, { of }: Components, pass: Pass): Cycle[] {
    const graph = this.#graph;
    const { mask, isSpaced } = pass;
    const [from, to] = [graph.from[edge]!, graph.to[edge]!];
    const search = (kinds: number): Search => {
      const isOpen = (target: number, kind: number): boolean =>
        target !== -1 && (kind & ~kinds) === 0 && of[target] === component;
      if (!isSpaced) {
        const step = (_: number, next: number): number =>
          isOpen(graph.to[next]!, graph.kind[next]!) ? graph.to[next]! : -1;
        return { start: to, goal: from, shift: 0, step };
      }
      const step = (node: number, next: number): number => {
        const target = spacedStep(graph, node, next);
        return isOpen(target, graph.kind[next]!) ? target : -1;
      };
      return { start: spacedStep(graph, 2 * from, edge), goal: 2 * from, shift: 1, step };
    };
    const ways = [this.#paths.find(search(mask))];
    if (isSpaced) ways.push(this.#paths.find(search(mask & ~RW)));
    return ways.flatMap((way) => (way === undefined ? [] : [cycleOf(graph, [edge, ...way])]));
  }

  #keep(cycle: Cycle, rank: number): void {
    this.found.push(cycle);
    for (const { from } of cycle.steps) this.#rank[from] = Math.min(this.#rank[from]!, rank);
  }
}

/** Edges that follow one another, without the hubs: what leads to one and from it is one step. */
function cycleOf(graph: Graph, edges: readonly number[]): Cycle {
  const steps: Dependency[] = [];
  let begin: number | undefined;
  for (const edge of edges) {
    begin ??= edge;
    if (graph.to[edge]! >= graph.transactions) continue;
    steps.push({
      from: graph.from[begin]!,
      to: graph.to[edge]!,
      kind: graph.kind[begin]!,
      fromOperation: graph.fromOperation[begin]!,
      toOperation: graph.toOperation[edge]!,
    });
    begin = undefined;
  }
  return { type: typeOf(steps), steps };
}

function typeOf(steps: readonly Dependency[]): AnomalyType {
  const kinds = steps.reduce((all, { kind }) => all | kind, 0);
  const order = ORDERS.findLast(({ bit }) => (kinds & bit) !== 0)?.order;
  const isAnti = steps.map(({ kind }) => (kind & RW) !== 0);
  const anti = isAnti.filter((is) => is).length;
  const isAdjacent = isAnti.some((is, i) => is && isAnti[(i + 1) % steps.length] === true);
  const type = cycleType(anti, (kinds & WR) !== 0, isAdjacent);
  return order === undefined ? type : `${type}-${order}`;
}

function cycleType(anti: number, hasReads: boolean, isAdjacent: boolean): CycleType {
  if (anti === 0) return hasReads ? "G1c" : "G0";
  if (anti === 1) return "G-single";
  return isAdjacent ? "G2" : "G-nonadjacent";
}
