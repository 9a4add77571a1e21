import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../../src/invariants/call.ts";
import { StreamingChecker } from "../../../src/invariants/linearizability/streaming.ts";
import { checkLinearizability } from "../../../src/invariants/linearizability.ts";
import type { Model } from "../../../src/invariants/model.ts";
import { casRegister } from "../../../src/invariants/models/cas-register.ts";
import { counterModel } from "../../../src/invariants/models/counter.ts";
import { keyValueModel } from "../../../src/invariants/models/key-value.ts";
import { registerModel } from "../../../src/invariants/models/register.ts";
import type { Plain } from "../../../src/sim/env.ts";
import { callHistories, history, type SaidCall, saidCalls } from "../../support/call-histories.ts";
import { eventsOf, failsAt, failsAtByBruteForce } from "../../support/streamed.ts";

const HISTORIES = 4_000;

const none = fc.constant<Plain>(undefined);
const few = fc.constantFrom<Plain>(0, 1);
const fewOrNone = fc.constantFrom<Plain>(undefined, 0, 1);
const text = fc.constantFrom<Plain>("a", "b");
const registerCalls = saidCalls(
  [
    { f: "read", value: none },
    { f: "write", value: fc.nat(3) },
  ],
  fc.nat(3),
);
const casCalls = saidCalls(
  [
    { f: "read", value: none },
    { f: "write", value: few },
    { f: "cas", value: fc.tuple(fewOrNone, few) },
  ],
  fc.constantFrom<Plain>(undefined, 0, 1, false),
);
const storeCalls = saidCalls(
  [
    { f: "get", value: none },
    { f: "append", value: text },
    { f: "put", value: text },
    { f: "cas", value: fc.tuple(fc.constantFrom("", "a", "ab"), text) },
  ],
  fc.constantFrom<Plain>("", "a", "b", "ab", "ba", false),
);

const counterCalls = saidCalls(
  [
    { f: "read", value: none },
    { f: "increment", value: none },
    { f: "add", value: fc.constantFrom<Plain>(1, 2) },
  ],
  fc.constantFrom<Plain>(0, 1, 1, 2, 2, 3),
);

interface Row {
  readonly name: string;
  readonly said: Parameters<typeof callHistories>[0];
  readonly streamed: (calls: readonly Call[], isForked?: boolean) => number | undefined;
  readonly bruteForce: (calls: readonly Call[]) => number | undefined;
  readonly searched: (calls: readonly Call[]) => string;
}

function row<State, Operation>(
  name: string,
  model: Model<State, Operation>,
  said: Row["said"],
): Row {
  return {
    name,
    said,
    streamed: (calls, isForked) => failsAt(calls, model, isForked),
    bruteForce: (calls) => failsAtByBruteForce(calls, model),
    searched: (calls) => checkLinearizability(calls, model).verdict,
  };
}

describe.each([
  row("register", registerModel, registerCalls),
  row("cas-register, failures observed", casRegister({ failedCas: "observation" }), casCalls),
  row("cas-register, failures left out", casRegister({ failedCas: "nothing" }), casCalls),
  row("key-value", keyValueModel, storeCalls),
  row("counter, whose changes answer what it then is", counterModel, counterCalls),
])("the failing return of a history of $name", ({ said, streamed, bruteForce, searched }) => {
  it("is the first up to which no order explains the history", () => {
    const seen = { legal: 0, illegal: 0 };
    fc.assert(
      fc.property(callHistories(said, 7), (calls) => {
        const expected = bruteForce(calls);
        seen[expected === undefined ? "legal" : "illegal"]++;
        expect(streamed(calls)).toBe(expected);
      }),
      { numRuns: HISTORIES, seed: 7 },
    );
    // Neither verdict is an exception.
    expect(Math.min(seen.legal, seen.illegal)).toBeGreaterThan(HISTORIES / 10);
  });

  it("exists just if the search finds longer histories illegal", () => {
    fc.assert(
      fc.property(callHistories(said, 14), (calls) => {
        expect(streamed(calls) === undefined ? "ok" : "illegal").toBe(searched(calls));
      }),
      { numRuns: HISTORIES / 5, seed: 9 },
    );
  });

  it("is the same when the checker is put back from a copy before each event", () => {
    fc.assert(
      fc.property(callHistories(said, 7), (calls) => {
        expect(streamed(calls, true)).toBe(streamed(calls));
      }),
      { numRuns: HISTORIES / 20, seed: 8 },
    );
  });
});

const write = (value: Plain) => ({
  ...({ f: "write", key: "x", value, outcome: "ok", result: undefined } as const),
});
const read = (result: Plain) => ({
  ...({ f: "read", key: "x", value: undefined, outcome: "ok", result } as const),
});

describe("a failing return", () => {
  it("comes with the states that were possible before it", () => {
    const calls = history(
      { a: write("one"), b: write("two"), c: read("three") },
      "a+ b+ b- a- c+ c-",
    );
    const checker = new StreamingChecker(registerModel);
    const failures = eventsOf(calls).map(({ kind, call }) =>
      kind === "invoke" ? checker.invoke(call) : checker.return(call),
    );

    expect(failures.at(-1)).toEqual({ part: "x", call: calls[2], states: ['"two"', '"one"'] });
    expect(failures.slice(0, -1).every((failure) => failure === undefined)).toBe(true);
  });

  it("may be that of a write that certainly did not happen, but was read", () => {
    const calls = history(
      { a: { ...write("one"), outcome: "fail" }, b: read("one") },
      "a+ b+ b- a-",
    );
    expect(failsAt(calls, registerModel)).toBe(3);
  });
});

describe("a part that reached a bound", () => {
  /** Eight writes at once, of which any may be the last. */
  const writes = Array.from({ length: 8 }, (_, i): [string, SaidCall] => [`w${i}`, write(i)]);
  const names = writes.map(([name]) => name);
  const many = history(
    { ...Object.fromEntries(writes), r: read("never written") },
    `${names.map((name) => `${name}+`).join(" ")} w3- w4- w5- w6- r+ r-`,
  ).map((call): Call => (call.returned === undefined ? { ...call, outcome: "info" } : call));

  it("is illegal with enough room", () => {
    expect(failsAt(many, registerModel)).toBeDefined();
  });

  it.each([
    { configurationsMax: 20, stepsMax: 1_000_000 },
    { configurationsMax: 20_000, stepsMax: 50 },
  ])("is unknown, whatever comes then: $configurationsMax, $stepsMax", (bounds) => {
    const checker = new StreamingChecker(registerModel, bounds);
    const failures = eventsOf(many).map(({ kind, call }) =>
      kind === "invoke" ? checker.invoke(call) : checker.return(call),
    );

    expect(failures.every((failure) => failure === undefined)).toBe(true);
    expect(checker.unknown).toEqual(["x"]);
  });
});

describe("a long history", () => {
  const LENGTH = 3_000;
  const checker = () => new StreamingChecker(registerModel);
  const at = (call: SaidCall, client: string, invoked: number): Call => {
    const times = { invokedAt: invoked, returned: undefined, returnedAt: undefined };
    return { ...call, ...times, client, invoked, order: undefined };
  };
  /** Writes of the values 0, 1, ..., one after another, from place 10 on. */
  const writeAll = (streaming: ReturnType<typeof checker>) => {
    for (let i = 0; i < LENGTH; i++) {
      const call = at(write(i), "c1", 10 + 2 * i);
      streaming.invoke(call);
      streaming.return({ ...call, returned: 11 + 2 * i });
    }
  };

  it.each([
    { value: LENGTH - 1, isWrong: false },
    { value: LENGTH - 2, isWrong: true },
  ])("is judged to its end, and old states are forgotten: $value", ({ value, isWrong }) => {
    const streaming = checker();
    writeAll(streaming);
    const last = at(read(value), "c2", 10_000);
    streaming.invoke(last);
    expect(streaming.return({ ...last, returned: 10_001 }) !== undefined).toBe(isWrong);
    expect(streaming.state.parts.get("x")!.table.count).toBeLessThan(1_100);
  });

  it.each([
    { outcome: "info" as const, unknown: [] },
    { outcome: "ok" as const, unknown: ["x"] },
  ])("is unknown if a call of long ago is answered at last: $outcome", ({ outcome, unknown }) => {
    const streaming = checker();
    const first = at(write("long ago"), "c2", 1);
    streaming.invoke(first);
    writeAll(streaming);
    const part = streaming.state.parts.get("x")!;
    expect(part.window.length).toBeLessThan(2_100);
    streaming.return({ ...first, outcome, returned: 10_000 });
    expect(streaming.unknown).toEqual(unknown);
  });
});
