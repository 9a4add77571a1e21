// The graph of dependencies between transactions, flat: an edge from what came first.

// Kinds of edges, bits of a mask. An edge may need several: it is there only in graphs that have
// all of them.
/** The first wrote a version, the second the next, or a later one. */
export const WW = 1;
/** The second read what the first wrote. */
export const WR = 2;
/** The second wrote the version next to what the first read, or a later one. */
export const RW = 4;
/** One client, one after the other. */
export const PROCESS = 8;
/** The first returned before the second was invoked. */
export const REALTIME = 16;
/** From a hub on: no dependency of its own, the way goes on as the edge into the hub began it. */
export const VIA = 0;

/**
 * Edges by the node they leave (compressed sparse rows). The first nodes are the transactions, the
 * others hubs: a hub stands for many edges, from all that lead into it to all that it leads to, and
 * keeps the graph linear in the history.
 */
export interface Graph {
  readonly transactions: number;
  readonly nodes: number;
  readonly edges: number;
  /** By node, its first edge; of the node after the last, the end of all. */
  readonly first: Int32Array;
  readonly to: Int32Array;
  readonly from: Int32Array;
  readonly kind: Uint8Array;
  /** The micro-operations that are the reason, of the first and of the second; or -1. */
  readonly fromOperation: Int32Array;
  readonly toOperation: Int32Array;
}

const STRIDE = 5;

/** Collects edges and makes a graph of them. */
export class GraphBuilder {
  readonly #transactions: number;
  readonly #owner: Int32Array;
  #nodes: number;
  #edges = 0;
  #data = new Int32Array(STRIDE * 1024);

  /** By micro-operation, `owner` has its transaction. */
  constructor(transactions: number, owner: Int32Array) {
    this.#transactions = transactions;
    this.#owner = owner;
    this.#nodes = transactions;
  }

  /** Makes a hub. */
  hub(): number {
    return this.#nodes++;
  }

  /** One transaction came before another, because of a micro-operation of each; or is the same. */
  depend(fromOperation: number, toOperation: number, kind: number): void {
    const [from, to] = [this.#owner[fromOperation]!, this.#owner[toOperation]!];
    if (from === to) return;
    const at = this.link(from, to, kind);
    this.#data[at + 3] = fromOperation;
    this.#data[at + 4] = toOperation;
  }

  /** One transaction came before all that a hub leads to, because of a micro-operation. */
  dependIn(fromOperation: number, hub: number, kind: number): void {
    const at = this.link(this.#owner[fromOperation]!, hub, kind);
    this.#data[at + 3] = fromOperation;
  }

  /** All that lead to a hub came before a transaction, because of a micro-operation. */
  dependOut(hub: number, toOperation: number): void {
    const at = this.link(hub, this.#owner[toOperation]!, VIA);
    this.#data[at + 4] = toOperation;
  }

  /** Adds an edge for which no micro-operation is the reason; returns its place. */
  link(from: number, to: number, kind: number): number {
    const at = this.#edges++ * STRIDE;
    if (at === this.#data.length) {
      const more = new Int32Array(at * 2);
      more.set(this.#data);
      this.#data = more;
    }
    const data = this.#data;
    data[at] = from;
    data[at + 1] = to;
    data[at + 2] = kind;
    data[at + 3] = -1;
    data[at + 4] = -1;
    return at;
  }

  finish(): Graph {
    const edges = this.#edges;
    const data = this.#data;
    const first = new Int32Array(this.#nodes + 1);
    for (let e = 0; e < edges; e++) first[data[e * STRIDE]! + 1]!++;
    for (let node = 0; node < this.#nodes; node++) first[node + 1]! += first[node]!;
    const next = first.slice();
    const column = (): Int32Array => new Int32Array(edges);
    const [from, to, fromOperation, toOperation] = [column(), column(), column(), column()];
    const kind = new Uint8Array(edges);
    for (let e = 0; e < edges; e++) {
      const at = e * STRIDE;
      const place = next[data[at]!]!++;
      from[place] = data[at]!;
      to[place] = data[at + 1]!;
      kind[place] = data[at + 2]!;
      fromOperation[place] = data[at + 3]!;
      toOperation[place] = data[at + 4]!;
    }
    const nodes = this.#nodes;
    const rest = { first, to, from, kind, fromOperation, toOperation };
    return { transactions: this.#transactions, nodes, edges, ...rest };
  }
}

/**
 * Every reader of a version came before every writer of a later one, itself excepted. Readers and
 * writers are micro-operations; `owner` names their transactions. Linear: by way of a hub. Of
 * transactions that are both, which is one when nothing is wrong, only the first two are linked to
 * every writer: more of them are lost updates, and found as such.
 */
export function linkReaders(
  builder: GraphBuilder,
  owner: Int32Array,
  { readers, writers }: { readers: readonly number[]; writers: readonly number[] },
  kind: number,
): void {
  if (readers.length <= 1 || writers.length <= 1) {
    for (const read of readers) for (const write of writers) builder.depend(read, write, kind);
    return;
  }
  const writing = new Set(writers.map((write) => owner[write]!));
  const both = new Set<number>();
  const others: number[] = [];
  for (const read of readers) {
    const reader = owner[read]!;
    if (!writing.has(reader)) others.push(read);
    else if (!both.has(reader) && both.size < 2) {
      both.add(reader);
      for (const write of writers) builder.depend(read, write, kind);
    }
  }
  if (others.length === 0) return;
  const hub = builder.hub();
  for (const read of others) builder.dependIn(read, hub, kind);
  for (const write of writers) builder.dependOut(hub, write);
}
