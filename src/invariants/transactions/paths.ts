import type { Graph } from "./graph.ts";

/** What to look for: a shortest way from one node to another. */
export interface Search {
  readonly start: number;
  readonly goal: number;
  /** How far to shift a node of the search to get the graph's: 1 where those are doubled. */
  readonly shift: 0 | 1;
  /** Where the edge leads to from the node; -1 if it may not be taken. */
  readonly step: (node: number, edge: number) => number;
}

/** Finds shortest ways, breadth first; keeps its memory from one search to the next. */
export class PathFinder {
  /** How many edges have been looked at, in all searches. */
  steps = 0;
  readonly #graph: Graph;
  readonly #seen: Int32Array;
  readonly #edge: Int32Array;
  readonly #before: Int32Array;
  #search = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#seen = new Int32Array(2 * graph.nodes);
    this.#edge = new Int32Array(2 * graph.nodes);
    this.#before = new Int32Array(2 * graph.nodes);
  }

  /** The edges of a shortest way, counted in transactions; undefined if there is none. */
  find({ start, goal, shift, step }: Search): number[] | undefined {
    const { first } = this.#graph;
    const search = ++this.#search;
    this.#seen[start] = search;
    for (let layer = [start]; layer.length > 0; ) {
      const following: number[] = [];
      for (let at = 0; at < layer.length; at++) {
        const node = layer[at]!;
        const end = first[(node >> shift) + 1]!;
        this.steps += end - first[node >> shift]!;
        for (let edge = first[node >> shift]!; edge < end; edge++) {
          const to = step(node, edge);
          if (to === -1 || this.#seen[to] === search) continue;
          this.#seen[to] = search;
          this.#edge[to] = edge;
          this.#before[to] = node;
          if (to === goal) return this.#way(start, goal);
          // A hub costs nothing: it is left in the same layer.
          (to >> shift >= this.#graph.transactions ? layer : following).push(to);
        }
      }
      layer = following;
    }
    return undefined;
  }

  #way(start: number, goal: number): number[] {
    const edges: number[] = [];
    for (let node = goal; node !== start; node = this.#before[node]!) edges.push(this.#edge[node]!);
    return edges.reverse();
  }
}
