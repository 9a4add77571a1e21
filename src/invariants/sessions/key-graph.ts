import type { Call } from "../call.ts";

/** That one node is no later than another. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  /**
   * `given`: so the write order has it, whatever the guarantee says. `demand`: the guarantee
   * demands it. `member`: a version is one of a growing collection. `growth`: a collection grows.
   */
  readonly kind: "given" | "demand" | "member" | "growth";
  /** Why: the calls that say so, in order of time. */
  readonly calls: readonly Call[];
}

/**
 * The versions of one key, and what is known of the order in which they were written. Versions are
 * nodes from 0 on; beyond are collections of versions, so that "all that this client has read so
 * far is no later than that" is one edge and not many. A cycle with two versions has no order.
 */
export class KeyGraph {
  readonly versionCount: number;
  /** Whether the given order is one that the system names itself. */
  isHinted = false;
  readonly #from: Edge[][];

  constructor(versionCount: number) {
    this.versionCount = versionCount;
    this.#from = Array.from({ length: versionCount }, () => []);
  }

  /** A new node for a collection. */
  collection(): number {
    return this.#from.push([]) - 1;
  }

  add(from: number, to: number, kind: Edge["kind"], calls: readonly Call[]): void {
    if (from !== to) this.#from[from]!.push({ from, to, kind, calls });
  }

  /**
   * For each set of versions that no order can hold, a cycle that says why. It begins with a
   * demand: the earliest that is at odds with the given order alone; if none is, the last of all,
   * with the shortest way back.
   */
  cycles(): readonly (readonly Edge[])[] {
    return this.#knots().map((knot) => {
      const inside = new Set(knot);
      const demands = knot
        .flatMap((node) => this.#from[node]!)
        .filter(({ kind, to }) => kind === "demand" && inside.has(to))
        .sort((a, b) => lastOf(a) - lastOf(b));
      for (const demand of demands.slice(0, TRIED_MAX)) {
        const back = this.#wayBack(demand, inside, false);
        if (back !== undefined) return [demand, ...back];
      }
      const demand = demands.at(-1)!;
      return [demand, ...this.#wayBack(demand, inside, true)!];
    });
  }

  /** The shortest way from the end of a demand to its beginning by way of another version. */
  #wayBack(
    { from, to }: Edge,
    inside: ReadonlySet<number>,
    byDemands: boolean,
  ): readonly Edge[] | undefined {
    // A place is a node, and whether another version was met on the way to it.
    const count = this.#from.length;
    const cameBy = new Map<number, { edge: Edge; before: number }>();
    const places = [to];
    const goal = from + count;
    for (const place of places) {
      if (place === goal) return wayTo(goal, to, cameBy);
      for (const edge of this.#from[place % count]!) {
        if (!inside.has(edge.to) || (!byDemands && edge.kind === "demand")) continue;
        const isOther = edge.to < this.versionCount && edge.to !== to;
        const next = edge.to + (place >= count || isOther ? count : 0);
        if (next === to || cameBy.has(next)) continue;
        cameBy.set(next, { edge, before: place });
        places.push(next);
      }
    }
    return undefined;
  }

  /** The strongly connected components that hold two versions. Tarjan 1972, without recursion. */
  #knots(): readonly (readonly number[])[] {
    const order = new Int32Array(this.#from.length);
    const low = new Int32Array(this.#from.length);
    const isOpen = new Uint8Array(this.#from.length);
    const open: number[] = [];
    const knots: number[][] = [];
    let count = 0;
    const begin = (node: number): { node: number; next: number } => {
      order[node] = low[node] = ++count;
      isOpen[node] = 1;
      open.push(node);
      return { node, next: 0 };
    };
    for (let root = 0; root < this.versionCount; root++) {
      if (order[root] !== 0) continue;
      const path = [begin(root)];
      for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
        const { node } = top;
        const edge = this.#from[node]![top.next++];
        if (edge !== undefined) {
          if (order[edge.to] === 0) path.push(begin(edge.to));
          else if (isOpen[edge.to] === 1) low[node] = Math.min(low[node]!, order[edge.to]!);
          continue;
        }
        path.pop();
        const above = path.at(-1)?.node;
        if (above !== undefined) low[above] = Math.min(low[above]!, low[node]!);
        if (low[node] !== order[node]) continue;
        const knot = open.splice(open.lastIndexOf(node));
        for (const member of knot) isOpen[member] = 0;
        if (knot.filter((member) => member < this.versionCount).length > 1) knots.push(knot);
      }
    }
    return knots.map((knot) => knot.sort((a, b) => a - b));
  }
}

/** So many demands are tried one by one; each takes a walk of the graph. */
const TRIED_MAX = 1000;

function lastOf({ calls }: Edge): number {
  return calls.at(-1)!.invoked;
}

function wayTo(
  goal: number,
  start: number,
  cameBy: ReadonlyMap<number, { readonly edge: Edge; readonly before: number }>,
): readonly Edge[] {
  const way: Edge[] = [];
  for (let place = goal; place !== start; place = cameBy.get(place)!.before) {
    way.unshift(cameBy.get(place)!.edge);
  }
  return way;
}
