import { describe, expect, it } from "vitest";
import type { Call } from "../../../src/invariants/call.ts";
import { checkLinearizability } from "../../../src/invariants/linearizability.ts";
import { taskModel } from "../../../src/invariants/models/task.ts";
import type { Plain } from "../../../src/sim/env.ts";

type Said = readonly [f: string, value: Plain, result: Plain | "nobody knows"];

/** Calls one after another, each `[f, value, result]`; some of which nobody knows the answer. */
function verdict(...said: readonly Said[]) {
  const calls = said.map(([f, value, result], i): Call => {
    const isOpen = result === "nobody knows";
    const [invoked, returned] = [2 * i + 1, isOpen ? undefined : 2 * i + 2];
    return {
      ...{ client: `c${i}`, f, key: "t", value, order: undefined },
      ...{ outcome: isOpen ? "info" : "ok", result: isOpen ? undefined : result },
      ...{ invoked, returned, invokedAt: invoked, returnedAt: returned },
    };
  });
  return checkLinearizability(calls, taskModel).verdict;
}

const done = undefined;
const error = (name: string) => ({ error: name });
const SUBMIT: Said = ["submit", undefined, done];
const completed = { status: "completed", output: "42" };

describe("a task", () => {
  it.each<[string, readonly Said[]]>([
    ["a life", [SUBMIT, ["run", done, done], ["complete", "42", done], ["task", done, completed]]],
    [
      "waiting and running",
      [SUBMIT, ["task", done, { status: "pending" }], ["task", done, { status: "running" }]],
    ],
    ["a failure", [SUBMIT, ["fail", "x", done], ["task", done, { status: "failed", output: "x" }]]],
    [
      "what was refused",
      [
        ["submit", done, error("capacity")],
        ["task", done, error("not-found")],
      ],
    ],
    [
      "errors that tell",
      [SUBMIT, ["submit", done, error("exists")], ["run", done, error("wrong-state")]],
    ],
    [
      "an end that nobody knows of",
      [SUBMIT, ["complete", "42", "nobody knows"], ["task", done, completed]],
    ],
    [
      "and one that never came",
      [SUBMIT, ["complete", "42", "nobody knows"], ["task", done, { status: "running" }]],
    ],
  ])("may have %s", (_what, said) => {
    expect(verdict(...said)).toBe("ok");
  });

  it.each<[string, readonly Said[]]>([
    ["is not lost", [SUBMIT, ["task", done, error("not-found")]]],
    ["keeps its end", [SUBMIT, ["complete", "42", done], ["task", done, { status: "pending" }]]],
    [
      "keeps its result",
      [SUBMIT, ["complete", "42", done], ["task", done, { status: "completed", output: "43" }]],
    ],
    ["does not end twice", [SUBMIT, ["complete", "42", done], ["fail", "x", done]]],
    ["is not made twice", [SUBMIT, SUBMIT]],
    ["is not there before it is submitted", [["task", done, { status: "pending" }], SUBMIT]],
    ["is not refused as unknown", [SUBMIT, ["run", done, error("not-found")]]],
    ["that is not there does not exist", [["submit", done, error("exists")]]],
  ])("%s", (_what, said) => {
    expect(verdict(...said)).toBe("illegal");
  });
});
