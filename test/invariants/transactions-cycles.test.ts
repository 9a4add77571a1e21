import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cyclesOf } from "../../src/invariants/transactions/cycles.ts";
import { GraphBuilder, RW, VIA, WR, WW } from "../../src/invariants/transactions/graph.ts";

const NODES = 6;

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly kind: number;
}

/** From each of some nodes an edge to each of the others, by way of a hub. */
interface Hub {
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly kind: number;
}

const node = fc.nat(NODES - 1);
const kind = fc.constantFrom(WW, WR, RW, RW);
const edges = fc
  .array(fc.record({ from: node, to: node, kind }), { maxLength: 9 })
  .map((all) => all.filter(({ from, to }) => from !== to));
const hubs = fc.array(
  fc
    .record({
      split: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 4, maxLength: 4 }),
      kind,
    })
    .map(({ split, kind }): Hub => ({ from: split.slice(0, 2), to: split.slice(2), kind })),
  { maxLength: 1 },
);

function graphOf(edges: readonly Edge[], hubs: readonly Hub[]) {
  const builder = new GraphBuilder(NODES, new Int32Array());
  for (const { from, to, kind } of edges) builder.link(from, to, kind);
  for (const { from, to, kind } of hubs) {
    const hub = builder.hub();
    for (const each of from) builder.link(each, hub, kind);
    for (const each of to) builder.link(hub, each, VIA);
  }
  return builder.finish();
}

function allEdges(edges: readonly Edge[], hubs: readonly Hub[]): Edge[] {
  const pairs = hubs.flatMap(({ from, to, kind }) =>
    from.flatMap((a) => to.map((b) => ({ from: a, to: b, kind }))),
  );
  return [...edges, ...pairs];
}

/** Whether a way of some edges leads from one node to another, found by going on and on. */
function leads(edges: readonly Edge[], from: number, to: number): boolean {
  const seen = new Set([from]);
  for (const at of seen) for (const edge of edges) if (edge.from === at) seen.add(edge.to);
  return seen.has(to);
}

function isClosed(edges: readonly Edge[], kinds: number, needed: number): boolean {
  const there = edges.filter((edge) => (edge.kind & kinds) !== 0);
  return there.some((edge) => (edge.kind & needed) !== 0 && leads(there, edge.to, edge.from));
}

/** A dependency and the anti-dependency after it as one edge: no two of these are in succession. */
function isSpaced(edges: readonly Edge[]): boolean {
  const plain = edges.filter((edge) => edge.kind !== RW);
  const pairs = plain.flatMap((a) =>
    edges.filter((b) => b.kind === RW && b.from === a.to).map(({ to }) => ({ ...a, to, kind: RW })),
  );
  return isClosed([...plain, ...pairs], WW | WR | RW, RW);
}

describe("cycles", () => {
  it("of each type are found where there are any, compared with all ways", () => {
    fc.assert(
      fc.property(edges, hubs, (made, joined) => {
        const all = allEdges(made, joined);
        const types = new Set(cyclesOf(graphOf(made, joined)).map(({ type }) => type));
        expect(types.has("G0")).toBe(isClosed(all, WW, WW));
        expect(types.has("G1c")).toBe(isClosed(all, WW | WR, WR));
        expect(types.has("G-single") || types.has("G-nonadjacent")).toBe(isSpaced(all));
        expect(types.size > 0).toBe(isClosed(all, WW | WR | RW, WW | WR | RW));
      }),
      { numRuns: 2000 },
    );
  });

  it("are made of edges that are there, each from where the one before leads", () => {
    fc.assert(
      fc.property(edges, hubs, (made, joined) => {
        const all = allEdges(made, joined).map(({ from, to, kind }) => `${from} ${to} ${kind}`);
        for (const { steps } of cyclesOf(graphOf(made, joined))) {
          expect(all).toEqual(
            expect.arrayContaining(steps.map(({ from, to, kind }) => `${from} ${to} ${kind}`)),
          );
          const ends = steps.map(({ to }) => to);
          expect([...ends.slice(-1), ...ends.slice(0, -1)]).toEqual(steps.map(({ from }) => from));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("of writes are the shortest of their component", () => {
    const long = [0, 1, 2, 3, 4].map((from) => ({ from, to: (from + 1) % 5, kind: WW }));
    const graph = graphOf([...long, { from: 2, to: 1, kind: WW }], []);
    const [cycle] = cyclesOf(graph);
    expect(cycle?.steps.map(({ from }) => from)).toEqual([1, 2]);
  });

  it("are counted in transactions, not in hubs", () => {
    // By the hub 0, 1; by plain edges 0, 2, 1.
    const edges = [
      { from: 0, to: 2, kind: WW },
      { from: 2, to: 1, kind: WW },
      { from: 1, to: 0, kind: WR },
    ];
    const [cycle] = cyclesOf(graphOf(edges, [{ from: [0, 3], to: [1, 4], kind: WW }]));
    expect(cycle?.steps.map(({ from }) => from).sort()).toEqual([0, 1]);
  });

  it("of any length are found without recursion", () => {
    const builder = new GraphBuilder(60_000, new Int32Array());
    for (let from = 0; from < 60_000; from++) builder.link(from, (from + 1) % 60_000, WW);
    const [cycle] = cyclesOf(builder.finish());
    expect(cycle?.type).toBe("G0");
    expect(cycle?.steps).toHaveLength(60_000);
  });
});
