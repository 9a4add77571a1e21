import { describe, expect, it } from "vitest";
import { generate } from "../../bench/histories.ts";
import type { Call } from "../../src/invariants/call.ts";
import { judgeHistory } from "../../src/invariants/linearizability/judge.ts";
import { checkLinearizability } from "../../src/invariants/linearizability.ts";
import type { Model } from "../../src/invariants/model.ts";
import { casRegister, casRegisterModel } from "../../src/invariants/models/cas-register.ts";
import { keyValueModel } from "../../src/invariants/models/key-value.ts";
import { registerModel } from "../../src/invariants/models/register.ts";
import { UsageError } from "../../src/sim/assert.ts";
import type { Plain } from "../../src/sim/env.ts";
import { history, type SaidCall } from "../support/call-histories.ts";

const said = (f: string, value: Plain, outcome: Call["outcome"], result?: Plain): SaidCall => {
  return { f, key: "x", value, outcome, result };
};
const write = (value: Plain, outcome: Call["outcome"] = "ok") => said("write", value, outcome);
const read = (result: Plain) => said("read", undefined, "ok", result);
const get = (result: Plain) => said("get", undefined, "ok", result);
const append = (value: Plain) => said("append", value, "ok");
const cas = (before: Plain, after: Plain, outcome: Call["outcome"] = "ok") => {
  return said("cas", [before, after], outcome);
};

const easy = { clients: 5, keys: 1, values: 5, unanswered: 0, isStale: false, seed: "1" };

describe("a register", () => {
  it.each([
    {
      what: "a read during a write that sees the old value",
      calls: history({ w: write(1), r: read(undefined) }, "w+ r+ r- w-"),
      verdict: "ok",
    },
    {
      what: "a read during a write that sees the new value",
      calls: history({ w: write(1), r: read(1) }, "w+ r+ r- w-"),
      verdict: "ok",
    },
    {
      what: "a stale read, after the write",
      calls: history({ w: write(1), r: read(undefined) }, "w+ w- r+ r-"),
      verdict: "illegal",
    },
    {
      what: "a new value that is seen, and then the old one",
      calls: history({ w: write(1), a: read(1), b: read(undefined) }, "w+ a+ a- b+ b- w-"),
      verdict: "illegal",
    },
    {
      what: "a read from the future",
      calls: history({ r: read(1), w: write(1) }, "r+ r- w+ w-"),
      verdict: "illegal",
    },
    {
      what: "a value that nobody wrote",
      calls: history({ w: write(1), r: read(7) }, "w+ w- r+ r-"),
      verdict: "illegal",
    },
    {
      what: "an unanswered write that takes effect late",
      calls: history({ w: write(1, "info"), a: read(undefined), b: read(1) }, "w+ a+ a- b+ b-"),
      verdict: "ok",
    },
    {
      what: "an unanswered write that takes effect, and then does not",
      calls: history({ w: write(1, "info"), a: read(1), b: read(undefined) }, "w+ a+ a- b+ b-"),
      verdict: "illegal",
    },
    {
      what: "an unanswered write that takes effect after its client gave up",
      calls: history({ w: write(1, "info"), a: read(undefined), b: read(1) }, "w+ w- a+ a- b+ b-"),
      verdict: "ok",
    },
    {
      what: "a failed write that is seen",
      calls: history({ w: write(1, "fail"), r: read(1) }, "w+ w- r+ r-"),
      verdict: "illegal",
    },
    {
      what: "two readers that see two writes in different order",
      calls: history(
        { v: write(1), w: write(2), a: read(1), b: read(2), c: read(2), d: read(1) },
        "v+ w+ a+ a- b+ b- c+ c- d+ d- v- w-",
      ),
      verdict: "illegal",
    },
  ])("$what is $verdict", ({ calls, verdict }) => {
    expect(checkLinearizability(calls, registerModel).verdict).toBe(verdict);
    expect(judgeHistory(calls, registerModel, {}, { zones: true }).verdict).toBe(verdict);
  });
});

describe("a cas-register", () => {
  const calls = history({ w: write(1), c: cas(1, 2, "fail"), r: read(1) }, "w+ w- c+ c- r+ r-");

  it("takes a failed cas for an observation", () => {
    expect(checkLinearizability(calls, casRegisterModel).verdict).toBe("illegal");
  });

  it("leaves a failed cas out if told so", () => {
    const model = casRegister({ failedCas: "nothing" });
    expect(checkLinearizability(calls, model).verdict).toBe("ok");
  });

  it("does not let two of two equal cas succeed", () => {
    const twice = history({ w: write(1), a: cas(1, 2), b: cas(1, 2) }, "w+ w- a+ b+ a- b-");
    expect(checkLinearizability(twice, casRegisterModel).verdict).toBe("illegal");
  });
});

describe("a store", () => {
  it("judges each key by itself and names all that are illegal, in order of appearance", () => {
    const calls = history(
      {
        a: { ...append("1"), key: "b" },
        b: { ...get("2"), key: "b" },
        c: { ...append("1"), key: "c" },
        d: { ...get("1"), key: "c" },
        e: { ...append("1"), key: "a" },
        f: { ...get(""), key: "a" },
      },
      "a+ c+ e+ a- c- e- b+ d+ f+ b- d- f-",
    );
    const report = checkLinearizability(calls, keyValueModel);
    expect(report).toMatchObject({ verdict: "illegal", operations: 6, parts: 3 });
    expect(report.illegal.map(({ part }) => part)).toEqual(["b", "a"]);
  });

  it("says which return could not be passed, after which orders and in which states", () => {
    const calls = history(
      { a: append("1"), b: append("2"), g: get("12"), h: get("1") },
      "a+ b+ a- b- g+ g- h+ h-",
    );
    const [illegal] = checkLinearizability(calls, keyValueModel).illegal;
    expect(illegal).toMatchObject({ prefixes: [[0, 1, 2]], stuck: 3, states: ['"12"'] });
  });

  it("shows the answer that contradicts, not what looking ahead did not try", () => {
    const calls = history({ a: append("1"), b: append("2"), g: get("2") }, "a+ a- b+ b- g+ g-");
    const [illegal] = checkLinearizability(calls, keyValueModel).illegal;
    expect(illegal).toMatchObject({ prefixes: [[0, 1]], stuck: 2, states: ['"12"'] });
  });

  it("explains a stale read in each of ten keys of 2,000 calls of 50 clients", () => {
    const store = { ...easy, kind: "key-value", calls: 2_000, clients: 50, keys: 10 } as const;
    const calls = generate({ ...store, values: 100, isStale: true });
    const report = checkLinearizability(calls, keyValueModel, { stepsMax: 1_000_000 });
    expect(report).toMatchObject({ verdict: "illegal", unknown: [] });
    expect(report.illegal).toHaveLength(10);
  });
});

describe("the order that calls name themselves", () => {
  const inOrder = (call: SaidCall, order: number): SaidCall => ({ ...call, order });

  it("decides without a search", () => {
    const calls = history(
      { v: inOrder(write(1), 2), w: inOrder(write(2), 1), r: read(1) },
      "v+ w+ v- w- r+ r-",
    );
    const bounds = { stepsMax: 0 };
    expect(checkLinearizability(calls, casRegisterModel, bounds).verdict).toBe("ok");
  });

  it("is not trusted when it is wrong", () => {
    const calls = history(
      { v: inOrder(write(1), 1), w: inOrder(write(2), 2), r: read(1) },
      "v+ w+ v- w- r+ r-",
    );
    expect(checkLinearizability(calls, casRegisterModel).verdict).toBe("ok");
  });

  it("does not excuse what no order explains", () => {
    const calls = history(
      { v: inOrder(write(1), 2), w: inOrder(write(2), 1), r: read(1) },
      "v+ v- w+ w- r+ r-",
    );
    expect(checkLinearizability(calls, casRegisterModel).verdict).toBe("illegal");
  });
});

describe("a bound", () => {
  const calls = generate({ ...easy, kind: "cas-register", calls: 2_000 });

  it.each([
    { bounds: { stepsMax: 1_000 }, bound: "steps" },
    { bounds: { memoryBytes: 10_000 }, bound: "memory" },
    { bounds: { isOver: () => true }, bound: "time" },
  ])("of $bound that is reached makes the verdict unknown", ({ bounds, bound }) => {
    const report = checkLinearizability(calls, casRegisterModel, bounds);
    expect(report).toMatchObject({ verdict: "unknown", unknown: [{ part: "0", bound }] });
  });

  it("of time is asked about between the steps of a slow model", () => {
    let steps = 0;
    const slow: Model<number, number> = {
      name: "slow",
      init: 0,
      read: ({ invoked }) => invoked,
      step: (state) => {
        steps++;
        return state + 1;
      },
    };
    const report = checkLinearizability(calls, slow, { isOver: () => steps >= 10 });
    expect(report.verdict).toBe("unknown");
    expect(steps).toBeLessThanOrEqual(11);
  });

  it("that is reached in one part leaves an illegal one illegal", () => {
    const bad = history({ w: write(1), r: read(7) }, "w+ w- r+ r-");
    const after = calls.map((call) => ({
      ...call,
      invoked: call.invoked + 10,
      returned: call.returned! + 10,
    }));
    const report = checkLinearizability([...bad, ...after], casRegisterModel, { stepsMax: 1_000 });
    expect(report.verdict).toBe("illegal");
    expect(report.illegal.map(({ part }) => part)).toEqual(["x"]);
    expect(report.unknown).toEqual([{ part: "0", bound: "steps" }]);
  });
});

it("judges 100,000 calls without a deep stack, in less memory than 100 MB", () => {
  const calls = generate({ ...easy, kind: "cas-register", calls: 100_000 });
  const bounds = { memoryBytes: 100_000_000, stepsMax: 5_000_000 };
  const report = checkLinearizability(calls, casRegisterModel, bounds);
  expect(report).toMatchObject({ verdict: "ok", operations: 100_000 });
});

it("takes calls in any order", () => {
  const calls = history({ w: write(1), r: read(undefined) }, "w+ w- r+ r-");
  expect(checkLinearizability([...calls].reverse(), registerModel).verdict).toBe("illegal");
});

describe("what no history can hold is refused:", () => {
  const [w, r] = history({ w: write(1), r: read(1) }, "w+ w- r+ r-") as [Call, Call];

  it.each([
    {
      what: "a place that is taken twice",
      calls: [w, { ...r, invoked: w.returned! }],
      message: "calls[1]: expected a place of its own, got 1 a second time",
    },
    {
      what: "a return before its invocation",
      calls: [{ ...w, returned: 0, invoked: 1 }],
      message: "calls[0].returned: expected a whole number after the invocation at 1, got 0",
    },
    {
      what: "an answered call without a return",
      calls: [{ ...w, returned: undefined }],
      message: "calls[0].returned: expected a whole number, got nothing",
    },
    {
      what: "a place that is no whole number",
      calls: [{ ...w, invoked: 0.5 }],
      message: "calls[0].invoked: expected a whole number, got 0.5",
    },
    {
      what: "a client with two open calls",
      calls: [
        { ...w, returned: 9 },
        { ...r, client: w.client },
      ],
      message: 'calls[1]: expected no other call of "w" to be open, got calls[0] at 2',
    },
    {
      what: "an operation that the model does not know",
      calls: [{ ...w, f: "frob" }],
      message: 'f: expected read or write, got "frob"',
    },
  ])("$what", ({ calls, message }) => {
    expect(() => checkLinearizability(calls, registerModel)).toThrow(new UsageError(message));
  });
});
