import { describe, expect, it } from "vitest";
import { linearizable } from "../../src/invariants/linearizable.ts";
import { registerModel } from "../../src/invariants/models/register.ts";
import type { CallWords } from "../../src/invariants/recorded-calls.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { HistoryEntry, HistoryEvent } from "../../src/sim/history.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** Operations of these tests: `["read"]`, `["write", value]`; and `["local"]`, to be left out. */
const words = ({ operation, result }: HistoryEntry): CallWords | undefined => {
  const [f, value] = operation as [string, Plain];
  return f === "local" ? undefined : { f, key: "x", value, result };
};

const invariant = (when: "end" | "step", stepsMax?: number) =>
  linearizable("LIN", {
    ...{ model: registerModel, words, when },
    ...(stepsMax === undefined ? {} : { stepsMax }),
  });

const ILLEGAL = expect.stringContaining("LIN: key x is not linearizable");

type Line = readonly [client: string, event: HistoryEvent, id: string, data?: Plain];

/** What is broken after each event. */
function play(world: HandMadeWorld<object>, lines: readonly Line[]): readonly string[] {
  return lines.flatMap(([client, event, id, data], i) => {
    const payload = event === "invoke" ? { id, operation: data } : { id, result: data };
    world.history.record(client, event, payload, i);
    return world.event(i);
  });
}

const STALE: readonly Line[] = [
  ["c1", "invoke", "a", ["write", "old"]],
  ["c1", "ok", "a"],
  ["c1", "invoke", "b", ["write", "new"]],
  ["c1", "ok", "b"],
  ["c2", "invoke", "c", ["read"]],
  ["c2", "ok", "c", "old"],
];

const CONCURRENT: readonly Line[] = [
  ["c1", "invoke", "a", ["write", "old"]],
  ["c1", "ok", "a"],
  ["c2", "invoke", "c", ["read"]],
  ["c1", "invoke", "b", ["write", "new"]],
  ["c1", "ok", "b"],
  ["c2", "ok", "c", "old"],
];

describe("at the end", () => {
  it("a stale read is told, and not before", () => {
    const world = new HandMadeWorld([invariant("end")], { n1: {} });
    expect(play(world, STALE)).toEqual([]);
    expect(world.end(99)).toEqual([ILLEGAL]);
  });

  it("a read of an old value at the time of the write is well", () => {
    const world = new HandMadeWorld([invariant("end")], { n1: {} });
    expect([...play(world, CONCURRENT), ...world.end(99)]).toEqual([]);
  });
});

describe("at every step", () => {
  it("a stale read is told as soon as it is answered", () => {
    const world = new HandMadeWorld([invariant("step")], { n1: {} });
    expect(play(world, STALE.slice(0, -1))).toEqual([]);
    expect(play(world, STALE.slice(-1))).toEqual([ILLEGAL]);
  });

  it("a read of an old value at the time of the write is well", () => {
    const world = new HandMadeWorld([invariant("step")], { n1: {} });
    expect([...play(world, CONCURRENT), ...world.end(99)]).toEqual([]);
  });

  it("several events of one step are taken in their order", () => {
    const world = new HandMadeWorld([invariant("step")], { n1: {} });
    for (const [client, event, id, data] of STALE) {
      const payload = event === "invoke" ? { id, operation: data } : { id, result: data };
      world.history.record(client, event, payload, 1);
    }
    expect(world.event(1)).toEqual([ILLEGAL]);
  });

  it("goes on from a state that was put back", () => {
    const first = invariant("step");
    const world = new HandMadeWorld([first], { n1: {} });
    play(world, STALE.slice(0, -1));
    const second = invariant("step");
    second.state = structuredClone(first.state);
    const [client, , id, result] = STALE.at(-1)!;
    world.history.record(client, "ok", { id, result }, 9);
    expect(second.onStep?.({ history: world.history } as never)).toContain("key x is not");
  });
});

describe.each(["end", "step"] as const)("what words leave out (%s)", (when) => {
  it("is not judged", () => {
    const world = new HandMadeWorld([invariant(when)], { n1: {} });
    const lines = STALE.map(([client, event, id, data]): Line => {
      return id === "c" && event === "invoke"
        ? [client, event, id, ["local"]]
        : [client, event, id, data];
    });
    expect([...play(world, lines), ...world.end(99)]).toEqual([]);
  });
});

it("a bound that was reached breaks nothing and is counted", () => {
  const world = new HandMadeWorld([invariant("step", 1)], { n1: {} });
  expect([...play(world, STALE), ...world.end(99)]).toEqual([]);
  expect(world.metrics.counted("linUnknown")).toBe(1);
});
