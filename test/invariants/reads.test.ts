import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { measureOperations } from "../../src/invariants/measures.ts";
import {
  type Registers,
  readsAreFresh,
  readsAreLate,
  readsEnd,
} from "../../src/invariants/reads.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Outcome } from "../../src/sim/history.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** Operations of these tests: `["read", key]`, `["write", key, value]`; a result is a value. */
const registers: Registers = {
  operation: (operation) => {
    const [kind, key, value] = operation as [string, string, string | undefined];
    if (kind === "read") return { kind, key };
    return kind === "write" ? { kind, key, value } : undefined;
  },
  found: (result) => result as string | undefined,
  hasWritten: (result) => result !== "not written",
};

let world: HandMadeWorld<object>;
let count: number;

beforeEach(() => {
  world = new HandMadeWorld([readsAreFresh("STALE-READ", registers)], { n1: {} });
  count = 0;
});

/** An operation from one time to another; what is broken then. */
function during(
  [from, to]: readonly [from: number, to: number],
  operation: Plain,
  result: Plain = undefined,
  outcome: Exclude<Outcome, "open"> = "ok",
): string[] {
  const id = `o${++count}`;
  world.history.record("c1", "invoke", { id, operation }, from);
  world.history.record("c1", outcome, { id, result }, to);
  return world.event(to);
}

const write = (span: readonly [number, number], value?: string) =>
  during(span, ["write", "k", value]);
const read = (span: readonly [number, number], value?: string) =>
  during(span, ["read", "k"], value);

describe("a read is accepted", () => {
  it("that finds the newest value", () => {
    write([1, 2], "a");
    write([3, 4], "b");
    expect(read([5, 6], "b")).toEqual([]);
  });

  it("that finds nothing when nothing was written before", () => {
    expect(read([1, 2])).toEqual([]);
  });

  it("that finds either of two values written at the same time", () => {
    write([1, 4], "a");
    write([2, 3], "b");
    expect(read([5, 6], "a")).toEqual([]);
    expect(read([5, 6], "b")).toEqual([]);
  });

  it("that finds the older value while the newer one is being written", () => {
    write([1, 2], "a");
    world.invoke("open", 3, ["write", "k", "b"]);
    expect(read([4, 5], "a")).toEqual([]);
    expect(read([4, 5], "b")).toEqual([]);
  });

  it("that began before the newer value was acknowledged", () => {
    write([1, 2], "a");
    write([3, 5], "b");
    expect(read([4, 6], "a")).toEqual([]);
    expect(read([5, 6], "a")).toEqual([]);
  });

  it("that finds a value whose write was given up, at any later time", () => {
    during([1, 2], ["write", "k", "late"], undefined, "info");
    write([3, 4], "b");
    expect(read([5, 6], "late")).toEqual([]);
  });

  it("that finds nothing where a removal may be the last, or may come yet", () => {
    write([1, 2], "a");
    write([3, 4]);
    expect(read([5, 6])).toEqual([]);
    write([7, 8], "b");
    during([9, 10], ["write", "k", undefined], undefined, "info");
    expect(read([11, 12])).toEqual([]);
  });

  it("of another key, or that may be out of date", () => {
    write([1, 2], "a");
    expect(during([3, 4], ["read", "other"])).toEqual([]);
    expect(during([3, 4], ["local", "k"])).toEqual([]);
  });

  it("of a value that was written twice, of which nothing can be said", () => {
    write([1, 2], "a");
    write([3, 4], "b");
    world.invoke("again", 5, ["write", "k", "a"]);
    expect(read([6, 7], "a")).toEqual([]);
  });

  it("that found something else than a failed compare-and-swap would have written", () => {
    write([1, 2], "a");
    during([3, 4], ["write", "k", "b"], "not written");
    expect(read([5, 6], "a")).toEqual([]);
  });

  it("that has no answer", () => {
    write([1, 2], "a");
    expect(during([3, 4], ["read", "k"], "x", "info")).toEqual([]);
  });
});

describe("a read is rejected", () => {
  it("that finds an older value than one acknowledged before it began", () => {
    write([1, 2], "a");
    write([3, 4], "b");
    expect(read([5, 6], "a")).toEqual([
      "STALE-READ: o3 of c1 reads k: a, and a newer one was acknowledged before",
    ]);
  });

  it("also when a later write is open, or one at the same time is older", () => {
    write([1, 2], "a");
    write([3, 6], "b");
    write([4, 5], "c");
    world.invoke("open", 6, ["write", "k", "d"]);
    expect(read([7, 8], "a")).toHaveLength(1);
  });

  it("that finds nothing after a value was acknowledged", () => {
    write([1, 2], "a");
    expect(read([3, 4])).toEqual([
      "STALE-READ: o2 of c1 reads k: nothing, and a newer value was acknowledged before",
    ]);
  });

  it("that finds nothing where every removal is older", () => {
    write([1, 2]);
    write([3, 4], "a");
    expect(read([5, 6])).toHaveLength(1);
  });

  it("that finds a removed value", () => {
    write([1, 2], "a");
    write([3, 4]);
    expect(read([5, 6], "a")).toHaveLength(1);
  });

  it("that finds what nobody has written", () => {
    expect(read([1, 2], "a")).toEqual([
      "STALE-READ: o1 of c1 reads k: a, which nobody has written",
    ]);
  });

  it("that finds what was refused, or a compare-and-swap has not written", () => {
    during([1, 2], ["write", "k", "a"], undefined, "fail");
    expect(read([3, 4], "a")).toEqual(["STALE-READ: o2 of c1 reads k: a, whose write was refused"]);
    during([5, 6], ["write", "k", "b"], "not written");
    expect(read([7, 8], "b")).toHaveLength(1);
  });
});

describe("a read that may be out of date by 10", () => {
  beforeEach(() => {
    world = new HandMadeWorld([readsAreLate("LATE", registers, 10)], { n1: {} });
    write([1, 2], "a");
    write([3, 4], "b");
  });

  it("is counted and accepted when no newer value was acknowledged so long before", () => {
    expect(read([14, 15], "a")).toEqual([]);
    expect(read([14, 15], "b")).toEqual([]);
    expect(world.metrics.counted("LATE")).toBe(1);
  });

  it("is rejected when a newer value was acknowledged before that, or nobody wrote it", () => {
    expect(read([15, 16], "a")).toEqual([
      "LATE: o3 of c1 reads k: a, and a newer one was acknowledged before",
    ]);
    expect(read([5, 6], "x")).toEqual(["LATE: o4 of c1 reads k: x, which nobody has written"]);
  });
});

describe("what STALE-READ remembers", () => {
  interface Write {
    readonly from: number;
    readonly lasting: number;
    readonly isRemoval: boolean;
    readonly isOpen: boolean;
  }
  const writes = fc.array(
    fc.record<Write>({
      from: fc.integer({ min: 1, max: 60 }),
      lasting: fc.integer({ min: 1, max: 12 }),
      isRemoval: fc.nat({ max: 4 }).map((n) => n === 0),
      isOpen: fc.nat({ max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 12, size: "max" },
  );

  /** Some write that may be the last of those that give this value. */
  function isPossible(all: readonly Write[], found: number | undefined, askedAt: number): boolean {
    const end = ({ from, lasting, isOpen }: Write): number => (isOpen ? 99 : from + lasting);
    const isOverwritten = (endedAt: number): boolean =>
      all.some((other) => !other.isOpen && other.from > endedAt && end(other) < askedAt);
    if (found !== undefined) return !isOverwritten(end(all[found]!));
    return [...all.filter(({ isRemoval }) => isRemoval).map(end), -1].some(
      (endedAt) => !isOverwritten(endedAt),
    );
  }

  it("judges as a look at every pair of writes does", () => {
    const property = fc.property(writes, fc.nat(), fc.nat({ max: 80 }), (all, drawn, askedAt) => {
      world = new HandMadeWorld([readsAreFresh("STALE-READ", registers)], { n1: {} });
      const value = (i: number) => (all[i]!.isRemoval ? undefined : `v${i}`);
      all.forEach((_, i) => {
        world.invoke(`w${i}`, all[i]!.from, ["write", "k", value(i)]);
      });
      const ended = all.flatMap(({ isOpen }, i) => (isOpen ? [] : [i]));
      ended.sort((a, b) => all[a]!.from + all[a]!.lasting - all[b]!.from - all[b]!.lasting);
      for (const i of ended) world.return(`w${i}`, all[i]!.from + all[i]!.lasting);
      const candidates = [undefined, ...all.flatMap((w, i) => (w.isRemoval ? [] : [i]))];
      const found = candidates[drawn % candidates.length];
      const broken = during(
        [askedAt, 90],
        ["read", "k"],
        found === undefined ? found : `v${found}`,
      );
      expect(broken.length === 0).toBe(isPossible(all, found, askedAt));
    });
    fc.assert(property, { numRuns: 1_000 });
  });
});

it("measures how long reads take, by their kind", () => {
  world = new HandMadeWorld(
    [
      measureOperations("reads", (operation) =>
        operation === "index" ? "indexReadMs" : undefined,
      ),
    ],
    { n1: {} },
  );
  during([1_000, 3_000], "index");
  during([1_000, 9_000], "index", undefined, "info");
  during([1_000, 3_000], "put");
  expect(world.metrics.state.samples).toEqual(new Map([["indexReadMs", [2]]]));
});

describe("reads at servers", () => {
  function waiting(...counts: number[]): HandMadeWorld<{ waitingReads: number }> {
    const nodes = counts.map((waitingReads, i) => [`n${i + 1}`, { waitingReads }] as const);
    return new HandMadeWorld(
      [readsEnd("READS-END", { from: 10, by: 20 })],
      Object.fromEntries(nodes),
    );
  }

  it("may wait for a time", () => {
    const cluster = waiting(0, 2);
    cluster.event(10);
    cluster.node("n2").waitingReads = 0;
    cluster.event(15);
    cluster.node("n1").waitingReads = 1;
    expect(cluster.event(30)).toEqual([]);
  });

  it("may end with the server that has them", () => {
    const cluster = waiting(0, 2);
    cluster.host("n2").node = undefined;
    cluster.event(15);
    expect(cluster.event(30)).toEqual([]);
  });

  it("are not forgotten", () => {
    const cluster = waiting(0, 2);
    cluster.event(15);
    expect(cluster.event(30)).toEqual(["READS-END: not by 0.02 ms: n2 has 2 reads waiting"]);
  });
});
