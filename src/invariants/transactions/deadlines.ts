import type { Graph } from "./graph.ts";
import { ABORTED, type Transactions, UNSEEN } from "./micro-operations.ts";
import { returnOf } from "./orders.ts";

/**
 * By node, when it is over at the latest: when it returned, or one did that comes after it by the
 * edges within the mask. By the calls' `order` instead, if all that are there have one.
 */
export function deadlinesOf(t: Transactions, graph: Graph, mask: number): Float64Array {
  const { calls, status } = t;
  const { first, to, kind, nodes, transactions } = graph;
  const isHinted = calls.every(({ order }, number) => {
    return order !== undefined || status[number] === ABORTED || status[number] === UNSEEN;
  });
  const deadlines = Float64Array.from({ length: nodes }, (_, node) => {
    const call = node < transactions ? calls[node]! : undefined;
    if (call === undefined) return Infinity;
    return isHinted ? (call.order ?? Infinity) : returnOf(call);
  });
  if (isHinted) return deadlines;
  const waitsFor = new Int32Array(nodes);
  const isThere = (edge: number): boolean => (kind[edge]! & ~mask) === 0;
  for (let edge = 0; edge < graph.edges; edge++) if (isThere(edge)) waitsFor[to[edge]!]!++;
  const order = Array.from(deadlines.keys()).filter((node) => waitsFor[node] === 0);
  for (const node of order) {
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      if (isThere(edge) && --waitsFor[to[edge]!]! === 0) order.push(to[edge]!);
    }
  }
  for (const node of order.reverse()) {
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      if (isThere(edge)) deadlines[node] = Math.min(deadlines[node]!, deadlines[to[edge]!]!);
    }
  }
  return deadlines;
}
