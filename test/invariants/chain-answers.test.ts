import { describe, expect, it } from "vitest";
import { answersAgree } from "../../src/invariants/chain-answers.ts";
import type { Plain } from "../../src/sim/env.ts";
import { HandMadeChain } from "../support/hand-made-chain.ts";

describe("that answers agree", () => {
  const begun = () => new HandMadeChain(answersAgree("ANSWERS", { from: 10 }));
  const ask = (world: HandMadeChain, id: string, [at, node, result]: [number, string, Plain]) => {
    const operation = { op: "ask", node, about: { kind: "hash", height: 3 } };
    world.history.record("c1", "invoke", { id, operation }, at);
    world.history.record("c1", "ok", { id, result }, at + 1);
  };

  it("is accepted of equal answers", () => {
    const world = begun();
    ask(world, "one", [10, "a", { hash: "x" }]);
    ask(world, "other", [11, "b", { hash: "x" }]);
    expect(world.end(20)).toEqual([]);
    expect(world.metrics.gauged("answersCompared")).toBe(1);
  });

  it("is rejected of answers that differ", () => {
    const world = begun();
    ask(world, "one", [10, "a", { hash: "x" }]);
    ask(world, "other", [11, "b", { hash: "y" }]);
    expect(world.end(20)).toEqual([
      'ANSWERS: to {"kind":"hash","height":3} a says {"hash":"x"}, and b {"hash":"y"}',
    ]);
  });

  it("does not look at what was asked before, and compares nobody with himself", () => {
    const world = begun();
    ask(world, "early", [9, "b", { hash: "y" }]);
    ask(world, "one", [10, "a", { hash: "x" }]);
    ask(world, "again", [12, "a", { hash: "x" }]);
    expect(world.end(20)).toEqual([]);
    expect(world.metrics.gauged("answersCompared")).toBe(0);
  });
});
