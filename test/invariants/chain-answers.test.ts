import { describe, expect, it } from "vitest";
import { accountsAreProven, answersAgree } from "../../src/invariants/chain-answers.ts";
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

describe("that accounts are proven", () => {
  const judge = (address: string, { account }: { readonly account: { readonly nonce: number } }) =>
    account.nonce === 0 ? undefined : `nothing proves ${address}`;
  const asked = (nonce: number, { height = 1, stateRoot = "" } = {}) => {
    const world = new HandMadeChain(accountsAreProven("PROOFS", judge, (host) => host === "c"));
    world.has(1, "a", ["x"]);
    world.has(1, "c", ["x"]);
    const account = { nonce, balance: 1 };
    const answer = { kind: "account", account, height, stateRoot, proof: [] };
    const query = { op: "account", address: "me" };
    const tell = (on: string) =>
      world.event(2, {
        ...{ on, kind: "deliver", payload: { type: "query", serial: 7, query } },
        sent: [{ to: "c1", message: { type: "answer", serial: 7, answer } }],
      });
    return { world, tell };
  };

  it("is accepted of what the proof shows", () => {
    const { world, tell } = asked(0);
    expect(tell("a")).toEqual([]);
    expect(world.metrics.counted("proofsChecked")).toBe(1);
  });

  it("is rejected of what it does not show, but for liars", () => {
    expect(asked(1).tell("a")).toEqual(["PROOFS: a on me: nothing proves me"]);
    expect(asked(1).tell("c")).toEqual([]);
  });

  it("is rejected of a root that is not that of the block", () => {
    const wrong = ["PROOFS: a on me: the root is of no such block"];
    expect(asked(0, { stateRoot: "other" }).tell("a")).toEqual(wrong);
    expect(asked(0, { height: 2 }).tell("a")).toEqual(wrong);
  });
});
