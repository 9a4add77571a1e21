// A serial order of transactions on registers, looked for with a way back.

import { deadlinesOf } from "./deadlines.ts";
import type { Graph } from "./graph.ts";
import { COMMITTED, SEEN, type Transactions } from "./micro-operations.ts";

/** How often a transaction may be looked at: so often for each, and so often besides. */
const STEPS_EACH = 256;
const STEPS_MORE = 100_000;

/** Among how many that are not placed, the first invoked first, the next one is looked for. */
const NEAR = 256;

/** What an order is to respect. */
export interface SerialSearchOptions {
  /** The kinds of edges. */
  readonly mask: number;
  /** Whether each transaction takes effect between its invocation and its return. */
  readonly isTimed: boolean;
}

/** A place of the search where there was a choice. */
interface Choice {
  /** What could come next, the most urgent first, and which of these is tried. */
  readonly candidates: readonly number[];
  tried: number;
  /** How far the transactions in order of return are all placed. */
  readonly returned: number;
  readonly hash: number;
}

/**
 * Whether an order of the committed transactions was found that respects the edges and in which
 * every read finds what was written last. Not found proves nothing: the search is bounded, as to
 * decide it is NP-complete (Papadimitriou 1979). The method is Wing and Gong's, with the states
 * remembered that led nowhere; no write over a value that is still to be read is tried, and what
 * only reads comes first as soon as it can. O(n) where little is tried in vain.
 */
export function hasSerialOrder(
  t: Transactions,
  graph: Graph,
  options: SerialSearchOptions,
): boolean {
  return new SerialSearch(t, graph, options).run();
}

class SerialSearch {
  readonly #t: Transactions;
  readonly #graph: Graph;
  readonly #options: SerialSearchOptions;
  readonly #deadlines: Float64Array;
  /** Transactions that are there, in order of invocation and, those that returned, of return. */
  readonly #byInvocation: readonly number[];
  readonly #byReturn: readonly number[];
  /** Those not placed, as a list that is linked both ways; its ends are at the number of all. */
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #isPlaced: Uint8Array;
  /** By node, how many edges lead to it from what is not placed. */
  readonly #waitsFor: Int32Array;
  /** By micro-operation: the write that a read of another's value found; -1 if that is initial. */
  readonly #found: Int32Array;
  /** By write, how many transactions are still to read it; beyond, by key of initial values. */
  readonly #toRead: Int32Array;
  /** By key, the last write; -1 before any. */
  readonly #current: Int32Array;
  readonly #overwritten: number[] = [];
  readonly #failed = new Set<number>();
  #hash = 0;
  #steps = 0;

  constructor(t: Transactions, graph: Graph, options: SerialSearchOptions) {
    this.#t = t;
    this.#graph = graph;
    this.#options = options;
    this.#deadlines = deadlinesOf(t, graph, options.mask);
    this.#byInvocation = t.calls.flatMap((_, number) => {
      return t.status[number] === COMMITTED || t.status[number] === SEEN ? [number] : [];
    });
    this.#byReturn = this.#byInvocation
      .filter((number) => t.status[number] === COMMITTED)
      .sort((a, b) => t.calls[a]!.returned! - t.calls[b]!.returned!);
    const all = t.calls.length;
    this.#next = new Int32Array(all + 1);
    this.#previous = new Int32Array(all + 1);
    let last = all;
    for (const number of [...this.#byInvocation, all]) {
      this.#next[last] = number;
      this.#previous[number] = last;
      last = number;
    }
    this.#isPlaced = new Uint8Array(all);
    this.#waitsFor = new Int32Array(graph.nodes);
    for (let edge = 0; edge < graph.edges; edge++) {
      if (this.#isThere(edge)) this.#waitsFor[graph.to[edge]!]!++;
    }
    this.#current = new Int32Array(t.keyNames.length).fill(-1);
    this.#found = new Int32Array(t.owner.length).fill(-2);
    this.#toRead = new Int32Array(t.owner.length + t.keyNames.length);
    for (const number of this.#byInvocation) {
      if (t.status[number] === COMMITTED) this.#learnReads(number);
    }
  }

  /** The reads that say what a transaction found: its first on each key, before it writes there. */
  #learnReads(number: number): void {
    const { start, isWrite, previous, value, key, writes } = this.#t;
    for (let at = start[number]!; at < start[number + 1]!; at++) {
      if (isWrite[at] === 1 || previous[at]! >= 0) continue;
      const found = value[at];
      this.#found[at] = found === undefined ? -1 : writes[key[at]!]!.get(found)!;
      this.#toRead[this.#version(key[at]!, this.#found[at]!)]!++;
    }
  }

  #version(key: number, write: number): number {
    return write === -1 ? this.#t.owner.length + key : write;
  }

  run(): boolean {
    const stepsMax = STEPS_EACH * this.#t.calls.length + STEPS_MORE;
    const choices: Choice[] = [];
    while (this.#steps++ < stepsMax) {
      if (choices.length === this.#byInvocation.length) return true;
      let choice: Choice | undefined = this.#choices(choices.at(-1)?.returned ?? 0);
      while (choice !== undefined && choice.tried === choice.candidates.length) {
        this.#failed.add(choice.hash);
        choice = choices.pop();
        if (choice !== undefined) this.#takeBack(choice.candidates[choice.tried++]!);
      }
      if (choice === undefined) return false;
      this.#place(choice.candidates[choice.tried]!);
      choices.push(choice);
    }
    return false;
  }

  #isThere(edge: number): boolean {
    return (this.#graph.kind[edge]! & ~this.#options.mask) === 0;
  }

  /** What can come next; in time, what was invoked before any of the others had returned. */
  #choices(from: number): Choice {
    const { calls } = this.#t;
    const byReturn = this.#byReturn;
    let returned = from;
    while (returned < byReturn.length && this.#isPlaced[byReturn[returned]!] === 1) returned++;
    const isOpen = !this.#options.isTimed || returned === byReturn.length;
    const end = isOpen ? Infinity : calls[byReturn[returned]!]!.returned!;
    const choice = { tried: 0, returned, hash: this.#hash };
    const candidates: number[] = [];
    if (this.#failed.has(this.#hash)) return { ...choice, candidates };
    const last = calls.length;
    let left = NEAR;
    for (let number = this.#next[last]!; number !== last; number = this.#next[number]!) {
      if (calls[number]!.invoked > end || left-- === 0) break;
      this.#steps++;
      const fit = this.#fit(number);
      if (fit === "reads") return { ...choice, candidates: [number] };
      if (fit === "writes") candidates.push(number);
    }
    candidates.sort((a, b) => this.#deadlines[a]! - this.#deadlines[b]! || a - b);
    return { ...choice, candidates };
  }

  /** Whether a transaction can come now, and whether it changes anything. */
  #fit(number: number): "reads" | "writes" | undefined {
    if (this.#waitsFor[number]! > 0) return undefined;
    const { start, isWrite, key, nextWrite, previous } = this.#t;
    let isWriter = false;
    for (let at = start[number]!; at < start[number + 1]!; at++) {
      const current = this.#current[key[at]!]!;
      const found = this.#found[at]!;
      if (found !== -2 && found !== current) return undefined;
      if (isWrite[at] === 0) {
        // Its own read does not keep it from writing.
        if (found === -2 || nextWrite[at]! < 0) continue;
        if (this.#toRead[this.#version(key[at]!, current)]! > 1) return undefined;
      } else {
        isWriter = true;
        if (previous[at]! >= 0) continue;
        if (this.#toRead[this.#version(key[at]!, current)]! > 0) return undefined;
      }
    }
    return isWriter ? "writes" : "reads";
  }
  #place(number: number): void {
    const { start, isWrite, key, nextWrite } = this.#t;
    for (let at = start[number]!; at < start[number + 1]!; at++) {
      const found = this.#found[at]!;
      if (found !== -2) this.#toRead[this.#version(key[at]!, found)]!--;
      if (isWrite[at] === 0 || nextWrite[at]! >= 0) continue;
      this.#overwritten.push(this.#current[key[at]!]!);
      this.#setCurrent(key[at]!, at);
    }
    this.#isPlaced[number] = 1;
    this.#next[this.#previous[number]!] = this.#next[number]!;
    this.#previous[this.#next[number]!] = this.#previous[number]!;
    this.#hash ^= mixed(2 * number + 2);
    this.#release(number, -1);
  }

  #takeBack(number: number): void {
    const { start, isWrite, key, nextWrite } = this.#t;
    for (let at = start[number + 1]! - 1; at >= start[number]!; at--) {
      const found = this.#found[at]!;
      if (found !== -2) this.#toRead[this.#version(key[at]!, found)]!++;
      if (isWrite[at] === 1 && nextWrite[at]! < 0) {
        this.#setCurrent(key[at]!, this.#overwritten.pop()!);
      }
    }
    this.#isPlaced[number] = 0;
    this.#next[this.#previous[number]!] = number;
    this.#previous[this.#next[number]!] = number;
    this.#hash ^= mixed(2 * number + 2);
    this.#release(number, 1);
  }

  #setCurrent(key: number, write: number): void {
    this.#hash ^= mixed(2 * this.#current[key]! + 1) ^ mixed(2 * write + 1);
    this.#current[key] = write;
  }

  /** What comes after a node waits for one less, or again; by way of hubs, too. */
  #release(node: number, change: 1 | -1): void {
    const { first, to, transactions } = this.#graph;
    for (let edge = first[node]!; edge < first[node + 1]!; edge++) {
      if (!this.#isThere(edge)) continue;
      const waited = this.#waitsFor[to[edge]!]!;
      this.#waitsFor[to[edge]!] = waited + change;
      const isTurning = change === -1 ? waited === 1 : waited === 0;
      // A hub that leads to a hub stands for an instant: the search is at one at a time.
      if (to[edge]! >= transactions && isTurning) this.#release(to[edge]!, change);
    }
  }
}

/**
 * 32 bits that look like chance (the finalizer of MurmurHash3). Two states of one hash only cost an
 * order that might have been found.
 */
function mixed(number: number): number {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
