import { describe, expect, it } from "vitest";
import { phasesSucceed } from "../../src/invariants/named-phases.ts";
import { ms } from "../../src/sim/time.ts";
import { HandMadeChain } from "../support/hand-made-chain.ts";

describe("that named phases succeed", () => {
  const begun = () => {
    const world = new HandMadeChain(phasesSucceed("PHASES", ["one", "two"], ms(10)));
    world.invoke("one: x", ms(1));
    world.return("one: x", ms(5));
    world.invoke("two: y", ms(20));
    return world;
  };

  it("is accepted when each ends well in time", () => {
    const world = begun();
    world.return("two: y", ms(30));
    expect(world.end(ms(99))).toEqual([]);
    expect(world.metrics.summary()).toEqual({ "one, ms": 4, "two, ms": 10 });
  });

  it("is rejected when one takes too long, or fails, or does not end", () => {
    const late = begun();
    late.return("two: y", ms(31));
    expect(late.end(ms(99))).toEqual(["PHASES: two takes 11 ms, expected 10 ms"]);
    const failed = begun();
    failed.return("two: y", ms(21), "fail");
    expect(failed.end(ms(99))).toEqual(["PHASES: two: y has ended with fail"]);
    expect(begun().end(ms(99))).toEqual(["PHASES: two: y has ended with open"]);
  });

  it("is rejected when one is missing, or begins too early", () => {
    const world = new HandMadeChain(phasesSucceed("PHASES", ["one", "two", "three"], ms(10)));
    world.invoke("one: x", ms(1));
    world.return("one: x", ms(5));
    world.invoke("two: y", ms(4));
    world.return("two: y", ms(6));
    const early = "PHASES: two begins before the one that it comes after has ended";
    expect(world.end(ms(99))).toEqual([early]);
    const asked = new HandMadeChain(phasesSucceed("PHASES", ["three"], ms(10)));
    expect(asked.end(ms(99))).toEqual(["PHASES: there was no three"]);
  });
});
