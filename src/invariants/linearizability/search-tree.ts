import type { Budget } from "./budget.ts";

/** The orders that a search has tried, as a tree: each node is an order, one call longer. */
export class SearchTree {
  /** Memory taken from the budget, in bytes. */
  bytes = 0;
  /** How many nodes there are; 0 is the root, the empty order. */
  count = 1;

  readonly #budget: Budget;
  #parents = new Int32Array(64);
  #operations = new Int32Array(64);

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  /** The node of an order that is one operation longer; undefined when there is no memory. */
  add(parent: number, operation: number): number | undefined {
    const node = this.count;
    if (node === this.#parents.length && !this.#grow()) return undefined;
    this.#parents[node] = parent;
    this.#operations[node] = operation;
    this.count++;
    return node;
  }

  /** The operations of an order. */
  order(node: number): number[] {
    const order: number[] = [];
    for (let at = node; at !== 0; at = this.#parents[at]!) order.push(this.#operations[at]!);
    return order.reverse();
  }

  /**
   * For every operation that is in one the longest order that holds it, the first found of equally
   * long ones; distinct, the longest first, at most `max`. O(nodes).
   */
  longestOrders(operations: number, max: number): number[] {
    const depth = new Int32Array(this.count);
    const leaf = new Int32Array(this.count);
    for (let node = 1; node < this.count; node++) {
      depth[node] = depth[this.#parents[node]!]! + 1;
      leaf[node] = node;
    }
    // Children come after their parents: what is below a node is known when it is met.
    const deepest = depth.slice();
    for (let node = this.count - 1; node > 0; node--) {
      const parent = this.#parents[node]!;
      if (deepest[node]! < deepest[parent]!) continue;
      deepest[parent] = deepest[node]!;
      leaf[parent] = leaf[node]!;
    }
    const best = new Int32Array(operations);
    for (let node = 1; node < this.count; node++) {
      const operation = this.#operations[node]!;
      if (deepest[node]! > deepest[best[operation]!]! || best[operation] === 0) {
        best[operation] = node;
      }
    }
    const leaves = new Set<number>();
    for (const node of best) if (node !== 0) leaves.add(leaf[node]!);
    const ordered = [...leaves].sort((a, b) => depth[b]! - depth[a]! || a - b);
    return ordered.slice(0, max);
  }

  /** Gives the memory back. */
  release(): void {
    this.#budget.release(this.bytes);
    this.bytes = 0;
  }

  #grow(): boolean {
    const bytes = this.#parents.length * 16;
    if (!this.#budget.claim(bytes)) return false;
    // The smaller arrays are not counted any more; what they held is in the larger ones.
    this.#budget.release(this.bytes);
    this.bytes = bytes;
    const grown = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.#parents = grown(this.#parents);
    this.#operations = grown(this.#operations);
    return true;
  }
}
