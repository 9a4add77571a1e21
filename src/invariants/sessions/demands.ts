import type { Call } from "../call.ts";
import { type Access, type Accesses, FIRST } from "./accesses.ts";
import { KeyGraph } from "./key-graph.ts";

/**
 * What a guarantee demands: what a session has `collected` so far of a key is no later than what it
 * next does of the kind `next` there. If that is a write, then so does whoever has seen it: of any
 * key, such a client reads nothing that is older than what was collected before that write.
 */
export interface Rule {
  readonly collected: Access["kind"];
  readonly next: Access["kind"];
}

/** By key, the order of versions as it is given, and as the rule demands it. */
export function demandsOf(accesses: Accesses, rule: Rule): ReadonlyMap<string, KeyGraph> {
  return new Demands(accesses, rule).graphs;
}

/** That a client has seen a write, and with it what its writer had collected by then. */
interface Sight {
  /** The place of the write in its session. */
  readonly place: number;
  /** The write and the read of it. */
  readonly calls: readonly Call[];
}

class Demands {
  readonly graphs = new Map<string, KeyGraph>();

  readonly #rule: Rule;
  readonly #sessions: Accesses["sessions"];
  /** By session, by key. */
  readonly #collections: readonly ReadonlyMap<string, Collection>[];
  /** By key and version, where it was written: the session, and the place in it. */
  readonly #writers = new Map<string, { session: number; place: number }[]>();

  constructor({ sessions, versions }: Accesses, rule: Rule) {
    this.#rule = rule;
    this.#sessions = sessions;
    for (const [key, calls] of versions) {
      const graph = new KeyGraph(calls.length);
      this.graphs.set(key, graph);
      this.#writers.set(key, []);
      for (const [version, call] of calls.entries()) {
        if (call !== undefined) graph.add(FIRST, version, "given", [call]);
      }
      addHints(graph, calls);
    }
    this.#collections = sessions.map((session, i) => this.#collect(session, i));
    for (const i of sessions.keys()) this.#demand(i);
  }

  #collect(session: readonly Access[], i: number): ReadonlyMap<string, Collection> {
    const collections = new Map<string, Collection>();
    const lastWrites = new Map<string, Access>();
    for (const [place, access] of session.entries()) {
      const { key, kind, call, version } = access;
      const graph = this.graphs.get(key)!;
      // What nobody knows of may happen later than all that its client did next.
      const isCertain = call.outcome === "ok";
      if (kind === "write") {
        this.#writers.get(key)![version] = { session: i, place };
        const last = lastWrites.get(key);
        if (last !== undefined && !graph.isHinted) {
          graph.add(last.version, version, "given", [last.call, call]);
        }
        if (isCertain) lastWrites.set(key, access);
      }
      if (kind !== this.#rule.collected || !isCertain) continue;
      const collection = collections.get(key) ?? new Collection(graph);
      collections.set(key, collection);
      collection.add(version, place, call);
    }
    return collections;
  }

  #demand(i: number): void {
    const sights = new Map<number, Sight>();
    for (const [place, { kind, key, version, call }] of this.#sessions[i]!.entries()) {
      if (kind === this.#rule.next) this.#collections[i]!.get(key)?.demand(place, version, [call]);
      if (kind === "write" || this.#rule.next === "read") continue;
      for (const [other, sight] of sights) {
        const collection = this.#collections[other]!.get(key);
        collection?.demand(sight.place, version, [...sight.calls, call]);
      }
      const writer = this.#writers.get(key)![version];
      if (writer === undefined || writer.session === i) continue;
      const known = sights.get(writer.session);
      if (known !== undefined && known.place >= writer.place) continue;
      const write = this.#sessions[writer.session]![writer.place]!.call;
      sights.set(writer.session, { place: writer.place, calls: [write, call] });
    }
  }
}

/** The order that the system itself names, if it names one of every write that it acknowledged. */
function addHints(graph: KeyGraph, calls: readonly (Call | undefined)[]): void {
  const all = calls.flatMap((call, version) => (call === undefined ? [] : [{ call, version }]));
  const writes = all.filter(({ call }) => call.order !== undefined);
  const isNamed = all.every(({ call }) => call.order !== undefined || call.outcome !== "ok");
  const orders = new Set(writes.map(({ call }) => call.order));
  if (!isNamed || orders.size !== writes.length || writes.length === 0) return;
  graph.isHinted = true;
  writes.sort((a, b) => a.call.order! - b.call.order!);
  for (const [i, { version, call }] of writes.entries()) {
    const before = writes[i - 1];
    if (before !== undefined) graph.add(before.version, version, "given", [before.call, call]);
  }
}

/** What a session collects of one key: a node for each time that it grows. */
class Collection {
  readonly #graph: KeyGraph;
  readonly #nodes: number[] = [];
  /** The places in the session at which it grew. */
  readonly #places: number[] = [];

  constructor(graph: KeyGraph) {
    this.#graph = graph;
  }

  add(version: number, place: number, call: Call): void {
    const node = this.#graph.collection();
    const last = this.#nodes.at(-1);
    if (last !== undefined) this.#graph.add(last, node, "growth", []);
    this.#graph.add(version, node, "member", [call]);
    this.#nodes.push(node);
    this.#places.push(place);
  }

  /** Demands that all that was collected before a place is no later than a version. */
  demand(place: number, version: number, calls: readonly Call[]): void {
    let [low, high] = [0, this.#places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#places[middle]! < place) low = middle + 1;
      else high = middle;
    }
    const node = this.#nodes[low - 1];
    if (node !== undefined) this.#graph.add(node, version, "demand", calls);
  }
}
