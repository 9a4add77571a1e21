import type { Graph } from "./graph.ts";
import { RW, VIA } from "./graph.ts";

/** Which component a node is in, counted from 0 on; -1 for one that is in no cycle. */
export interface Components {
  readonly count: number;
  readonly of: Int32Array;
}

/**
 * The strongly connected components of more than one node, of the edges whose kind is within the
 * mask, between nodes for which `isIn` has no 0. Tarjan 1972, without recursion: a history of any
 * length fits. O(nodes + edges).
 */
export function componentsOf(graph: Graph, mask: number, isIn?: Uint8Array): Components {
  const { first, to, kind } = graph;
  return tarjan(graph.nodes, {
    first,
    successor: (node, edge) => {
      if ((kind[edge]! & ~mask) !== 0) return -1;
      return isIn !== undefined && (isIn[node] === 0 || isIn[to[edge]!] === 0) ? -1 : to[edge]!;
    },
  });
}

/**
 * The same for ways with no two anti-dependencies in succession: node `2n` is node n where the last
 * dependency was none, `2n + 1` where it was one. A component holds an anti-dependency if some
 * cycle has anti-dependencies, no two of them in succession.
 */
export function spacedComponentsOf(graph: Graph, mask: number, isIn: Uint8Array): Components {
  const { nodes, first } = graph;
  const doubled = new Int32Array(2 * nodes + 1);
  // Both forms of a node walk the same edges, so their numbers are not places in a list of edges.
  for (let node = 0; node < nodes; node++) {
    const degree = first[node + 1]! - first[node]!;
    doubled[2 * node + 1] = doubled[2 * node]! + degree;
    doubled[2 * node + 2] = doubled[2 * node + 1]! + degree;
  }
  return tarjan(2 * nodes, {
    first: doubled,
    successor: (node, place) => {
      const edge = first[node >> 1]! + place - doubled[node]!;
      if ((graph.kind[edge]! & ~mask) !== 0) return -1;
      if (isIn[node >> 1] === 0 || isIn[graph.to[edge]!] === 0) return -1;
      return spacedStep(graph, node, edge);
    },
  });
}

/** Where an edge leads to from a node of {@link spacedComponentsOf}; -1 if it may not be taken. */
export function spacedStep({ to, kind }: Graph, node: number, edge: number): number {
  const isAnti = (kind[edge]! & RW) !== 0;
  if (isAnti && (node & 1) === 1) return -1;
  const goesOn = kind[edge] === VIA ? node & 1 : 0;
  return 2 * to[edge]! + (isAnti ? 1 : goesOn);
}

interface Walk {
  /** By node, the place of its first edge. */
  readonly first: Int32Array;
  /** Where the edge at a place leads to; -1 if it is not there. */
  readonly successor: (node: number, place: number) => number;
}

function tarjan(nodes: number, walk: Walk): Components {
  const state = {
    ...{ order: 0, count: 0, path: new Int32Array(nodes), open: new Int32Array(nodes) },
    ...{ opened: 0, next: walk.first.slice(0, nodes), of: new Int32Array(nodes).fill(-1) },
    // When a node was found, from 1 on, and the first found that it leads back to; 0 not yet.
    ...{ found: new Int32Array(nodes), low: new Int32Array(nodes), isOpen: new Uint8Array(nodes) },
  };
  for (let root = 0; root < nodes; root++) {
    if (state.found[root] === 0) explore(root, walk, state);
  }
  return { count: state.count, of: state.of };
}

interface TarjanState {
  order: number;
  count: number;
  opened: number;
  readonly path: Int32Array;
  readonly open: Int32Array;
  readonly next: Int32Array;
  readonly of: Int32Array;
  readonly found: Int32Array;
  readonly low: Int32Array;
  readonly isOpen: Uint8Array;
}

function explore(root: number, { first, successor }: Walk, state: TarjanState): void {
  const { path, next, found, low, isOpen } = state;
  let depth = 0;
  path[0] = root;
  enter(root, state);
  while (depth >= 0) {
    const node = path[depth]!;
    if (next[node]! < first[node + 1]!) {
      const to = successor(node, next[node]!++);
      if (to === -1) continue;
      if (found[to] === 0) {
        path[++depth] = to;
        enter(to, state);
      } else if (isOpen[to] === 1) low[node] = Math.min(low[node]!, found[to]!);
      continue;
    }
    if (low[node] === found[node]) close(node, state);
    if (--depth >= 0) low[path[depth]!] = Math.min(low[path[depth]!]!, low[node]!);
  }
}

function enter(node: number, state: TarjanState): void {
  state.found[node] = ++state.order;
  state.low[node] = state.order;
  state.isOpen[node] = 1;
  state.open[state.opened++] = node;
}

/** A component ends at its first node; one of a single node is none, as no edge leads to itself. */
function close(node: number, state: TarjanState): void {
  const isSingle = state.open[state.opened - 1] === node;
  let last = -1;
  while (last !== node) {
    last = state.open[--state.opened]!;
    state.isOpen[last] = 0;
    if (!isSingle) state.of[last] = state.count;
  }
  if (!isSingle) state.count++;
}
