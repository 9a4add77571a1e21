import { describe, expect, it } from "vitest";
import { restartsKeepTheirDelay } from "../../src/invariants/supervisors.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** The supervisor of `a` waits for 10, that of `b` for nothing; each may be late by 1. */
const supervised = (): HandMadeWorld<string> =>
  new HandMadeWorld<string>(
    [
      restartsKeepTheirDelay("DELAY", {
        ...{ delayOf: (host) => (host === "a" ? 10 : 0), lateMax: 1 },
      }),
    ],
    { a: "up", b: "up" },
  );

const ends = (world: HandMadeWorld<string>, at: number, host: string): string[] => {
  world.host(host).node = undefined;
  return world.event(at, { kind: "fault begins" });
};

const begins = (world: HandMadeWorld<string>, at: number, host: string): string[] => {
  world.host(host).node = "up";
  world.host(host).life++;
  return world.event(at, { on: host, kind: "start" });
};

describe("a life after another", () => {
  it("begins when the supervisor has waited", () => {
    const world = supervised();
    world.event(1);
    expect([...ends(world, 5, "a"), ...begins(world, 15, "a")]).toEqual([]);
    expect([...ends(world, 20, "b"), ...begins(world, 21, "b"), ...world.end(30)]).toEqual([]);
    expect(world.metrics.counted("restarts")).toBe(2);
    expect(world.metrics.gauged("restartLateMs")).toBe(0.001);
  });

  it("does not begin sooner", () => {
    const world = supervised();
    world.event(1);
    ends(world, 5, "a");
    expect(begins(world, 14, "a")).toEqual(["DELAY: a begins again after 0.009 ms, not 0.01 ms"]);
  });

  it("does not begin at once, if the one before ended in the same event", () => {
    const world = supervised();
    world.event(1);
    expect(begins(world, 5, "a")).toEqual(["DELAY: a begins again after 0 ms, not 0.01 ms"]);
  });

  it("does not begin later", () => {
    const world = supervised();
    world.event(1);
    ends(world, 5, "b");
    expect(begins(world, 7, "b")).toEqual(["DELAY: b begins again after 0.002 ms, not 0 ms"]);
  });

  it("is measured from the end of the last one", () => {
    const world = supervised();
    world.event(1);
    ends(world, 5, "a");
    begins(world, 15, "a");
    ends(world, 18, "a");
    expect(begins(world, 20, "a")).toEqual(["DELAY: a begins again after 0.002 ms, not 0.01 ms"]);
  });

  it("begins before the end of the run, if there was time", () => {
    const world = supervised();
    world.event(1);
    ends(world, 5, "a");
    expect(world.end(16)).toEqual([]);
    expect(world.end(17)).toEqual(["DELAY: a has ended, and does not begin again"]);
  });
});

it("who was absent from the beginning on may begin at any time", () => {
  const world = supervised();
  world.event(0);
  ends(world, 0, "a");
  expect([...begins(world, 3, "a"), ...world.end(30)]).toEqual([]);
  expect(world.metrics.counted("restarts")).toBe(0);
});
