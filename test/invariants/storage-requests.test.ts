import { describe, expect, it } from "vitest";
import { measureRequests, operationsSucceed } from "../../src/invariants/storage-requests.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const worldWith = (invariant: Invariant) => new HandMadeWorld([invariant], {});

describe("the measure of requests", () => {
  it("counts those of its kind that lie in its span, and how long they take", () => {
    const world = worldWith(measureRequests("list", { from: seconds(1), until: seconds(9) }));
    const list = (id: string, from: number, until: number, op = "list") => {
      world.invoke(id, from, { op }, id);
      world.return(id, until, "ok", id);
    };
    list("early", ms(900), ms(1_100));
    list("first", seconds(1), ms(1_010));
    list("other", seconds(2), seconds(3), "upload");
    list("second", seconds(4), seconds(5));
    list("late", seconds(8), seconds(10));
    expect(world.end(seconds(10))).toEqual([]);
    expect(world.metrics.state.samples.get("listMs")).toEqual([10, 1_000]);
    expect(world.metrics.gauged("listsPerS")).toBe(0.5);
  });
});

describe("that operations succeed", () => {
  const made = () =>
    worldWith(operationsSucceed("DONE", (id) => id !== "other", { count: 2, by: seconds(5) }));

  it("is accepted when all that are meant did in time", () => {
    const world = made();
    for (const id of ["a", "b", "other"]) world.invoke(id, 0, {}, id);
    world.return("a", 1, "ok", "a");
    world.return("b", seconds(5), "ok", "b");
    world.return("other", 3, "fail", "other");
    expect(world.end(seconds(9))).toEqual([]);
  });

  it.each([
    ["fails", 2, "fail"],
    ["nobody knows of", 2, "info"],
    ["is late", seconds(5) + 1, "ok"],
  ] as const)("is rejected when one %s", (_, at, outcome) => {
    const world = made();
    for (const id of ["a", "b"]) world.invoke(id, 0, {}, id);
    world.return("a", 1, "ok", "a");
    world.return("b", at, outcome, "b");
    expect(world.end(seconds(9))).toEqual([
      `DONE: 1 of 2 operations have succeeded: b is ${outcome}, undefined`,
    ]);
  });

  it("is rejected when one was not even begun", () => {
    const world = made();
    world.invoke("a", 0);
    world.return("a", 1);
    expect(world.end(seconds(9))).toEqual(["DONE: 1 of 2 operations have succeeded"]);
  });
});
