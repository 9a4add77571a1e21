// A serial order of transactions on registers, looked for step by step: proof that there is one.

import { type Graph, RW, WR, WW } from "./graph.ts";
import { ABORTED, type Transactions, UNSEEN } from "./micro-operations.ts";
import { returnOf } from "./orders.ts";
import type { Register } from "./rw-register.ts";

/** How many times as many steps as there are transactions a search may take. */
const STEPS = 32;

/**
 * An order of the committed transactions that respects all edges within the orders given (a mask)
 * and in which every read finds what was written last; undefined if none was found, which does not
 * prove that there is none (to decide it is NP-complete: Papadimitriou 1979). Takes the next
 * transaction that nobody must precede, in order of return, or by the calls' `order` if all have
 * one; and never one that writes over a value that is still to be read. O(n log n).
 */
export function serialOrder(
  t: Transactions,
  graph: Graph,
  registers: readonly Register[],
  orders: number,
): readonly number[] | undefined {
  return new SerialSearch(t, graph, registers, orders | WW | WR | RW).run();
}

class SerialSearch {
  readonly #t: Transactions;
  readonly #graph: Graph;
  readonly #mask: number;
  /** By node, how many edges lead to it from what is not placed. */
  readonly #waitsFor: Int32Array;
  readonly #registers: readonly Register[];
  /** By key: who of those that read its present value are not placed. */
  readonly #readers: Set<number>[];
  /** By key, transactions that would write over a value that is still to be read. */
  readonly #parked: number[][];
  readonly #ready = new Heap();
  readonly #placed: number[] = [];
  /** By node, the lowest first. */
  readonly #ranks: Float64Array;

  constructor(t: Transactions, graph: Graph, registers: readonly Register[], mask: number) {
    this.#t = t;
    this.#graph = graph;
    this.#mask = mask;
    this.#registers = registers;
    this.#waitsFor = new Int32Array(graph.nodes);
    for (let edge = 0; edge < graph.edges; edge++) {
      if ((graph.kind[edge]! & ~mask) === 0) this.#waitsFor[graph.to[edge]!]!++;
    }
    this.#readers = registers.map(() => new Set());
    this.#parked = registers.map(() => []);
    registers.forEach((_, key) => {
      this.#setReaders(key, -1);
    });
    this.#ranks = deadlinesOf(t, graph, mask);
  }

  run(): readonly number[] | undefined {
    const { nodes, transactions } = this.#graph;
    // All of them first: what waits becomes ready only by what it waits for.
    const free = Array.from({ length: nodes }, (_, node) => node).filter((node) => {
      return this.#waitsFor[node] === 0;
    });
    for (const node of free) this.#makeReady(node);
    for (let steps = 0; steps < STEPS * transactions; steps++) {
      const number = this.#ready.pop();
      if (number === undefined) break;
      const key = this.#blockedBy(number);
      if (key === -1) this.#place(number);
      else this.#parked[key]!.push(number);
    }
    const there = this.#t.calls.filter((_, number) => this.#isThere(number));
    return this.#placed.length === there.length ? this.#placed : undefined;
  }

  #isThere(number: number): boolean {
    return this.#t.status[number] !== ABORTED && this.#t.status[number] !== UNSEEN;
  }

  #makeReady(node: number): void {
    if (node >= this.#graph.transactions) this.#release(node);
    else if (this.#isThere(node)) this.#ready.push(this.#ranks[node]!, node);
  }

  /** What waited for a node waits no more; hubs on the way are passed. */
  #release(node: number): void {
    const { first, to, kind, transactions } = this.#graph;
    const done = [node];
    for (let each = done.pop(); each !== undefined; each = done.pop()) {
      for (let edge = first[each]!; edge < first[each + 1]!; edge++) {
        if ((kind[edge]! & ~this.#mask) !== 0 || --this.#waitsFor[to[edge]!]! > 0) continue;
        if (to[edge]! >= transactions) done.push(to[edge]!);
        else this.#makeReady(to[edge]!);
      }
    }
  }

  /** A key with a value that others are still to read before the transaction writes; or -1. */
  #blockedBy(number: number): number {
    const { start, isWrite, key } = this.#t;
    for (let at = start[number]!; at < start[number + 1]!; at++) {
      if (isWrite[at] === 0) continue;
      const readers = this.#readers[key[at]!]!;
      if (readers.size > (readers.has(number) ? 1 : 0)) return key[at]!;
    }
    return -1;
  }

  #place(number: number): void {
    const { start, isWrite, key, nextWrite } = this.#t;
    this.#placed.push(number);
    for (let at = start[number]!; at < start[number + 1]!; at++) {
      const readers = this.#readers[key[at]!]!;
      readers.delete(number);
      if (isWrite[at] === 1 && nextWrite[at]! < 0) this.#setReaders(key[at]!, at);
      // The last one left may be parked itself.
      else if (readers.size > 1) continue;
      for (const parked of this.#parked[key[at]!]!.splice(0)) {
        this.#ready.push(this.#ranks[parked]!, parked);
      }
    }
    this.#release(number);
  }

  #setReaders(key: number, write: number): void {
    const reads = this.#registers[key]!.reads.get(write) ?? [];
    this.#readers[key] = new Set(reads.map((read) => this.#t.owner[read]!));
  }
}

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

/** Numbers by rank, the least first; of equal rank the least number. */
class Heap {
  readonly #ranks: number[] = [];
  readonly #items: number[] = [];

  push(rank: number, item: number): void {
    let at = this.#items.length;
    this.#ranks.push(rank);
    this.#items.push(item);
    while (at > 0 && this.#isBefore(at, (at - 1) >> 1)) {
      this.#swap(at, (at - 1) >> 1);
      at = (at - 1) >> 1;
    }
  }

  pop(): number | undefined {
    if (this.#items.length === 0) return undefined;
    this.#swap(0, this.#items.length - 1);
    this.#ranks.pop();
    const item = this.#items.pop();
    const size = this.#items.length;
    for (let at = 0; 2 * at + 1 < size; ) {
      let child = 2 * at + 1;
      if (child + 1 < size && this.#isBefore(child + 1, child)) child++;
      if (!this.#isBefore(child, at)) break;
      this.#swap(at, child);
      at = child;
    }
    return item;
  }

  #isBefore(a: number, b: number): boolean {
    const [left, right] = [this.#ranks[a]!, this.#ranks[b]!];
    return left < right || (left === right && this.#items[a]! < this.#items[b]!);
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#ranks, this.#items]) {
      [list[a], list[b]] = [list[b]!, list[a]!];
    }
  }
}
