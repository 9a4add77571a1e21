import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../../src/invariants/call.ts";
import { formatIllegal } from "../../../src/invariants/linearizability/illegal-text.ts";
import { Needs } from "../../../src/invariants/linearizability/needs.ts";
import { whyIllegal } from "../../../src/invariants/linearizability/why.ts";
import { checkLinearizability } from "../../../src/invariants/linearizability.ts";
import type { Model } from "../../../src/invariants/model.ts";
import { casRegisterModel } from "../../../src/invariants/models/cas-register.ts";
import { keyValueModel } from "../../../src/invariants/models/key-value.ts";
import { lockModel } from "../../../src/invariants/models/lock.ts";
import { registerModel } from "../../../src/invariants/models/register.ts";
import { isLinearizableByBruteForce } from "../../support/brute-force.ts";
import { history, type SaidCall } from "../../support/call-histories.ts";
import { histories, type Vocabulary } from "../../support/drawn-histories.ts";

function did(f: string, value?: Call["value"], result?: Call["value"]): SaidCall {
  return { f, key: "k", value, result, outcome: "ok" };
}

/** The clients of the smallest illegal part, in order. */
function namesOf(calls: readonly Call[], places: readonly number[]): string[] {
  return places.map((place) => calls[place]!.client);
}

function whyOf(calls: readonly Call[], model: Model, budget = 100_000) {
  const isIllegal = (some: readonly Call[]) => !isLinearizableByBruteForce(some, model);
  return whyIllegal(calls, model, isIllegal, { stuck: undefined, budget });
}

const STALE = {
  w1: did("write", 1),
  a: did("read", undefined, 1),
  w2: did("write", 2),
  b: did("read", undefined, 2),
  w3: did("write", 3),
  r: did("read", undefined, 1),
};
const IN_TURN = "w1+ w1- a+ a- w2+ w2- b+ b- w3+ w3- r+ r-";

/** The same with names that no pattern is known for. */
const nameless = { ...registerModel, name: "my-register" } as Model;

describe("the smallest illegal part", () => {
  it("of a stale read keeps the write that it saw", () => {
    const calls = history(STALE, IN_TURN);
    const { smallest, isMinimal } = whyOf(calls, registerModel as Model);
    expect(namesOf(calls, smallest)).toEqual(["w1", "w3", "r"]);
    expect(isMinimal).toBe(true);
  });

  it("of a model that is not known holds whatever the calls left out did, at any time", () => {
    const calls = history(STALE, IN_TURN);
    const { smallest, isMinimal, sentence } = whyOf(calls, nameless);
    // That it was 1 before w3 is what a read; the write of it may be left out.
    expect(namesOf(calls, smallest)).toEqual(["a", "w3", "r"]);
    expect(isMinimal).toBe(true);
    expect(sentence).toBeUndefined();
  });

  it("of a pattern that a model of the same name does not mean says nothing of it", () => {
    // Whatever is read is right.
    const lenient: Model = { ...(registerModel as Model), step: (state) => state };
    const calls = history(STALE, IN_TURN);
    expect(whyOf(calls, lenient).sentence).not.toContain("stale read");
  });

  it("is all of it when the budget is too small", () => {
    const calls = history(STALE, IN_TURN);
    const { smallest, isMinimal } = whyOf(calls, nameless, 1);
    expect(smallest).toEqual([0, 1, 2, 3, 4, 5]);
    expect(isMinimal).toBe(false);
  });

  it("of a changed value keeps the change that a later one began with", () => {
    const said = {
      w: did("write", 1),
      a: did("cas", [1, 2]),
      b: did("cas", [2, 3]),
      other: did("write", 9),
      r: did("read", undefined, 2),
    };
    const calls = history(said, "w+ w- a+ a- b+ b- other+ other- r+ r-");
    const { smallest } = whyOf(calls, casRegisterModel as Model);
    expect(namesOf(calls, smallest)).toEqual(["w", "a", "other", "r"]);
  });

  it("of reads that contradict keeps the appends that they saw", () => {
    const said = {
      x: did("append", "x"),
      y: did("append", "y"),
      p: did("put", "q"),
      z: did("append", "z"),
      a: did("get", undefined, "qz"),
      b: did("get", undefined, "q"),
    };
    const calls = history(said, "x+ x- y+ y- p+ p- z+ a+ a- b+ b- z-");
    const { smallest, sentence } = whyOf(calls, keyValueModel as Model);
    expect(namesOf(calls, smallest)).toEqual(["p", "z", "a", "b"]);
    expect(sentence).toContain("stale read: a read");
  });

  it("of a lock leaves out the turns before", () => {
    const said = {
      a1: did("acquire", null, true),
      b: did("acquire", null, true),
      c: did("acquire", null, false),
    };
    const calls = history(said, "a1+ a1- c+ c- b+ b-").sort((a, b) => a.invoked - b.invoked);
    const { smallest } = whyOf(calls, lockModel as Model);
    expect(namesOf(calls, smallest)).toEqual(["a1", "b"]);
  });
});

describe("what a call needs", () => {
  it("is the last write that it can have seen, though that was overwritten", () => {
    const again = { ...STALE, b: did("write", 1) };
    const needs = Needs.of(history(again, IN_TURN), "register");
    expect(needs?.closed([5])).toEqual([3, 5]);
  });

  it("is every write that it can have seen and that was not overwritten for certain", () => {
    const said = {
      v: did("write", 1),
      w1: did("write", 1),
      w2: did("write", 2),
      b: did("write", 1),
      r: did("read", undefined, 1),
    };
    // When v ended, b had not begun, and b ended before r; w1 may come after b.
    const needs = Needs.of(history(said, "v+ v- w1+ w2+ b+ w1- b- w2- r+ r-"), "register");
    expect(needs?.closed([4])).toEqual([1, 3, 4]);
  });

  it("is what a change began with that may have happened", () => {
    const open: SaidCall = { ...did("cas", [1, 2]), outcome: "info" };
    const said = { w: did("write", 1), open, r: did("read", undefined, 2) };
    const needs = Needs.of(history(said, "w+ w- open+ r+ r-"), "cas-register");
    expect(needs?.closed([2])).toEqual([0, 1, 2]);
    expect(needs?.without([0, 1, 2], new Set([0]))).toEqual([]);
  });
});

describe("whatever history is illegal,", () => {
  const store: Vocabulary = {
    model: keyValueModel as Model,
    asks: [
      { f: "append", value: "a" },
      { f: "append", value: "b" },
      { f: "put", value: "a" },
      { f: "cas", value: ["a", "b"], answers: [true, false] },
      { f: "get", answers: ["", "a", "b", "ab", "ba", "aa"] },
      { f: "get", answers: ["", "a", "b", "ab", "ba", "aa"] },
    ],
  };
  const register: Vocabulary = {
    model: casRegisterModel as Model,
    asks: [
      { f: "write", value: 1 },
      { f: "write", value: 2 },
      { f: "read", answers: [null, 1, 2] },
      { f: "cas", value: [1, 2], answers: [true, false] },
    ],
  };
  const renamed: Vocabulary = { ...register, model: { ...register.model, name: "mine" } };

  it.each([
    ["key-value", store],
    ["cas-register", register],
    ["a model of one's own", renamed],
  ])("its smallest part is illegal by itself: %s", (_name, vocabulary) => {
    const { model } = vocabulary;
    fc.assert(
      fc.property(histories(vocabulary), (calls) => {
        const judged = calls.filter((call) => model.read(call) !== undefined);
        const [part] = checkLinearizability(judged, model).illegal;
        fc.pre(part !== undefined);
        const { smallest, isMinimal } = part!;
        const some = smallest.map((place) => judged[place]!);
        return isMinimal && some.length > 0 && !isLinearizableByBruteForce(some, model);
      }),
      { numRuns: 100 },
    );
  });

  // Where calls are left out but may have happened, their answers changed to any, it stays illegal.
  it.each([
    ["key-value", store],
    ["cas-register", register],
  ])("so is all that shares that part, when nothing else is read: %s", (_name, vocabulary) => {
    const { model } = vocabulary;
    fc.assert(
      fc.property(histories(vocabulary), (calls) => {
        const judged = calls.filter((call) => model.read(call) !== undefined);
        const [part] = checkLinearizability(judged, model).illegal;
        fc.pre(part !== undefined);
        const { smallest } = part!;
        const unread = judged.filter(
          ({ f }, place) => smallest.includes(place) || (f !== "get" && f !== "read"),
        );
        return !isLinearizableByBruteForce(unread, model);
      }),
      { numRuns: 100 },
    );
  });
});

describe("an illegal part as text", () => {
  it("says what happened and lists the smallest illegal part", () => {
    const calls = history(STALE, IN_TURN);
    const [part] = checkLinearizability(calls, registerModel).illegal;
    expect(formatIllegal(part!)).toBe(
      [
        "key k is not linearizable: lost write: w1 wrote 1 [0-1], then w3 wrote 3 [8-9], " +
          "yet later r read 1 [10-11], which nobody wrote again in between",
        "  in 3 of 6 calls, of which none can be left out:",
        "    w1  write 1  [0-1]",
        "    w3  write 3  [8-9]",
        "    r   read -> 1  [10-11]",
      ].join("\n"),
    );
  });

  it("names the call that has no place and the state before it where no anomaly is known", () => {
    const calls = history(STALE, IN_TURN);
    const [part] = checkLinearizability(calls, nameless).illegal;
    expect(formatIllegal(part!)).toContain(
      "no place for r read -> 1 [10-11]: in the longest order found, of 5 calls, " +
        "the state before it is 3",
    );
  });
});
