// Every verdict is compared with that of trying all orders, with each pruning and short cut on, and
// with each of them left out.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../src/invariants/call.ts";
import { judgeHistory, type Without } from "../../src/invariants/linearizability/judge.ts";
import type { Model } from "../../src/invariants/model.ts";
import { casRegister } from "../../src/invariants/models/cas-register.ts";
import { keyValueModel } from "../../src/invariants/models/key-value.ts";
import { registerModel } from "../../src/invariants/models/register.ts";
import type { Plain } from "../../src/sim/env.ts";
import { isLinearizableByBruteForce } from "../support/brute-force.ts";
import { callHistories, saidCalls } from "../support/call-histories.ts";

const HISTORIES = 20_000;
/** For variants of a model: they differ in what is read, or in what is drawn. */
const FEWER_HISTORIES = 3_000;
/** Longer histories, for the search against itself without anything. */
const LONG_HISTORIES = 1_000;

const few = fc.constantFrom<Plain>(0, 1, 2);
const fewOrNone = fc.constantFrom<Plain>(undefined, 0, 1, 2);
const none = fc.constant<Plain>(undefined);
const pair = fc.tuple(fewOrNone, few);
const registerCalls = saidCalls(
  [
    { f: "read", value: none },
    // Mostly of values that are written once, so that zones decide.
    { f: "write", value: fc.nat(20) },
  ],
  fc.oneof(fewOrNone, fc.nat(20)),
);
const casCalls = saidCalls(
  [
    { f: "read", value: none },
    { f: "write", value: few },
    { f: "cas", value: pair },
  ],
  fewOrNone,
);
const text = fc.constantFrom<Plain>("a", "b", "c", "ab");
const texts = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 4 }).map((all) => all.join(""));
const storeCalls = saidCalls(
  [
    { f: "get", value: none },
    { f: "append", value: text },
    { f: "append", value: fc.constantFrom<Plain>("a", "b", "c") },
    { f: "put", value: text },
    { f: "delete", value: none },
    { f: "cas", value: fc.tuple(texts, text) },
  ],
  texts,
);
const appendCalls = saidCalls(
  [
    { f: "get", value: none },
    { f: "append", value: fc.constantFrom<Plain>("a", "b", "c") },
  ],
  texts,
);

interface Row {
  readonly name: string;
  readonly judge: (calls: readonly Call[], without?: Without) => string;
  readonly bruteForce: (calls: readonly Call[]) => string;
  readonly histories: (max: number) => fc.Arbitrary<Call[]>;
  readonly count: number;
}

function row<State, Operation>(
  name: string,
  model: Model<State, Operation>,
  said: Parameters<typeof callHistories>[0],
  count = HISTORIES,
): Row {
  return {
    name,
    judge: (calls, without) => judgeHistory(calls, model, {}, without).verdict,
    bruteForce: (calls) => (isLinearizableByBruteForce(calls, model) ? "ok" : "illegal"),
    histories: (max) => callHistories(said, max),
    count,
  };
}

const rows = [
  row("register", registerModel, registerCalls),
  row("cas-register, failures observed", casRegister({ failedCas: "observation" }), casCalls),
  row(
    "cas-register, failures left out",
    casRegister({ failedCas: "nothing" }),
    casCalls,
    FEWER_HISTORIES,
  ),
  row("key-value", keyValueModel, storeCalls),
  row("key-value, appended only", keyValueModel, appendCalls, FEWER_HISTORIES),
];

const PLAIN: Without = {
  hint: true,
  zones: true,
  lookAhead: true,
  observers: true,
  twins: true,
  idle: true,
};

/** Everything but the short cuts, which would decide before the search is asked. */
const SEARCHED: Without = { hint: true, zones: true };

/** All, none of the short cuts, and each by itself. */
const WAYS: readonly Without[] = [
  {},
  SEARCHED,
  { ...PLAIN, observers: false },
  { ...PLAIN, twins: false },
  { ...PLAIN, idle: false },
  { ...PLAIN, lookAhead: false },
  { ...PLAIN, hint: false },
  { ...PLAIN, zones: false },
];

describe.each(rows)("$name", ({ judge, bruteForce, histories, count }) => {
  it("agrees with trying all orders on histories of up to seven calls", () => {
    fc.assert(
      fc.property(histories(7), (calls) => {
        expect(judge(calls)).toBe(bruteForce(calls));
      }),
      { numRuns: count, seed: 5 },
    );
  });

  it("agrees with the plain search on longer histories, with each pruning and short cut", () => {
    fc.assert(
      fc.property(histories(14), (calls) => {
        const verdicts = WAYS.map((without) => judge(calls, without));
        expect(verdicts).toEqual(Array(WAYS.length).fill(judge(calls, PLAIN)));
      }),
      { numRuns: LONG_HISTORIES, seed: 5 },
    );
  });
});
