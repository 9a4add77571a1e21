import { describe, expect, it } from "vitest";
import { describeShrunk, type Shrunk, shrink } from "../../../src/campaign/shrink/shrink.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import type { Env, Node, Operation, Plain } from "../../../src/sim/env.ts";
import type { Premise } from "../../../src/sim/invariant.ts";
import type { Plan } from "../../../src/sim/plan.ts";
import { defineScenario, plan, run } from "../../../src/sim/scenario.ts";
import { ms, seconds } from "../../../src/sim/time.ts";

type Fields = Readonly<Record<string, Plain>>;

interface Options {
  /** What the client is asked for, one after the other. */
  readonly asked: readonly Fields[];
  /** Whether what it was asked for so far breaks the invariant. */
  readonly isBad: (asked: readonly Operation[]) => boolean;
  readonly check?: (operation: Operation) => void;
  readonly supposes?: readonly Premise[];
  /** What the invariants have against a plan when they are made. */
  readonly refuse?: (plan: Plan) => void;
}

class Asked implements Node<never, { operations: Operation[] }> {
  state = { operations: [] as Operation[] };

  onStart(): void {}

  onMessage(): void {}

  onOperation(operation: Operation): void {
    this.state.operations.push(operation);
  }
}

/** A client that keeps what it is asked for; what is left of that when the failure is shrunk. */
function shrunkOf({ asked, isBad, check, supposes = [], refuse }: Options): Shrunk {
  const scenario = defineScenario<never, Asked>({
    name: "asked",
    about: "Breaks PAYLOAD by what it is asked for.",
    plan: () => ({
      servers: ["server-of-all"],
      clients: ["c1"],
      faults: [],
      operations: asked.map((fields, n) => {
        return { at: ms(n + 1), client: "c1", operation: { id: `operation-${n}`, ...fields } };
      }),
      horizon: seconds(1),
    }),
    server: () => new Asked(),
    client: (_: Env<never>) => new Asked(),
    checkOperation: (operation) => check?.(operation),
    invariants: (planned) => {
      refuse?.(planned as Plan);
      const made: Operation[] = [];
      return [
        {
          name: "PAYLOAD",
          supposes,
          onStep: ({ event }) => {
            // What the plan hands to the client.
            if (event.kind === "operation") made.push(event.payload as Operation);
            return isBad(made) ? "it is too much" : undefined;
          },
        },
      ];
    },
  });
  const shrunk = shrink(scenario, plan(scenario, "1"), { isOver: () => false });
  expect(run(scenario, scenario.check(shrunk.plan)).fingerprint).toBe(shrunk.fingerprint);
  return shrunk;
}

/** What the operations ask for in the end. */
function left(options: Options): readonly Operation[] {
  return shrunkOf(options).plan.operations.map(({ operation }) => operation);
}

const bad = (test: (operation: Operation) => boolean) => (all: readonly Operation[]) =>
  all.some(test);
const long = "x".repeat(4_096);

describe("the payload of an operation", () => {
  it("is left with what the failure needs of texts, lists and numbers, in others or not", () => {
    const asked = [{ op: "write", text: long, list: [9, 7, 5, 7], deep: { count: 5_000 } }];
    const isBad = bad(({ list, deep }) => {
      const { count } = deep as { readonly count: number };
      return (list as readonly number[]).includes(7) && count > 1_000;
    });
    expect(left({ asked, isBad })).toEqual([
      { id: "operation-0", op: "write", text: "x", list: [7], deep: { count: 2_000 } },
    ]);
  });

  it("is told of in bytes", () => {
    const shrunk = shrunkOf({ asked: [{ op: "write", text: long }], isBad: bad(() => true) });
    expect(describeShrunk(shrunk)).toMatch(/^4120 payload bytes → 25, /);
    expect(shrunk.plan.altered).toContain("operations");
  });

  it("is made no smaller than the scenario's check permits", () => {
    const check = ({ text, size }: Operation): void => {
      if (String(text).length < 6) throw new UsageError("text: expected six letters");
      if (Number(size) < 100) throw new UsageError("size: expected 100");
    };
    const asked = [{ op: "write", text: long, size: 2_345 }];
    expect(left({ asked, check, isBad: bad(() => true) })).toEqual([
      { id: "operation-0", op: "write", text: "xxxxxxxx", size: 200 },
    ]);
  });

  it("is made no smaller than the invariants permit when they are made", () => {
    const refuse = ({ operations }: Plan): void => {
      const size = Number(operations[0]?.operation.size);
      if (size < 100) throw new UsageError("expected a span of time");
    };
    const asked = [{ op: "write", size: 2_345 }];
    expect(left({ asked, refuse, isBad: bad(() => true) })).toEqual([
      { id: "operation-0", op: "write", size: 200 },
    ]);
  });

  it("keeps its id, its sort, the names of hosts, and what is short already", () => {
    const asked = [{ type: "a-sort-of-its-own", to: "server-of-all", key: "k1", on: true, n: 1 }];
    expect(left({ asked, isBad: bad(() => true) })).toEqual([{ id: "operation-0", ...asked[0] }]);
  });

  it("names the same thing in all operations, and never another one's", () => {
    const asked = [
      { op: "write", key: "customer-1", by: "c" },
      { op: "read", key: "customer-1", by: "d" },
    ];
    const isBad = (all: readonly Operation[]): boolean =>
      all.length === 2 && all[0]!.key === all[1]!.key;
    expect(left({ asked, isBad }).map(({ key }) => key)).toEqual(["customer", "customer"]);
  });

  it("has numbers that differ from each other's as before", () => {
    const asked = [1, 2, 3].map((n) => ({ op: "write", value: n * 100 }));
    const values = left({ asked, isBad: (all) => all.length === 3 }).map(({ value }) => value);
    expect(new Set(values).size).toBe(3);
    for (const value of values) expect(value).toBeLessThan(100);
  });

  it("is left as it is when the broken invariant supposes the operations", () => {
    const asked = [{ op: "write", text: long }];
    const supposes = ["operations"] as const;
    expect(left({ asked, supposes, isBad: bad(() => true) })).toEqual([
      { id: "operation-0", ...asked[0] },
    ]);
  });

  it("is left as it is when there are too many for anybody to read", () => {
    const asked = Array.from({ length: 25 }, (_, n) => ({ op: "write", value: 1_000 + n }));
    const kept = left({ asked, isBad: (all) => all.length === 25 });
    expect(kept.map(({ value }) => value)).toEqual(asked.map(({ value }) => value));
  });
});
