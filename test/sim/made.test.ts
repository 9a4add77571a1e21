import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/sim/assert.ts";
import type { Env } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { defineScenario, plan, run, type ScenarioSpec } from "../../src/sim/scenario.ts";
import { type ScriptedNode, scripted } from "../support/scripted.ts";

type Spec = ScenarioSpec<string, ScriptedNode>;

/** Runs a scenario of one server and one client, some of whose functions make something else. */
function runWith(parts: Partial<Spec>): unknown {
  const idle = scripted({});
  const spec: Spec = {
    ...{ name: "s", about: "It idles." },
    plan: () => ({ servers: ["n1"], clients: ["c1"], faults: [], horizon: 10 }),
    server: (env: Env<string>) => idle(env),
    client: (env: Env<string>) => idle(env),
    invariants: () => [],
    ...parts,
  };
  const scenario = defineScenario(spec);
  return run(scenario, plan(scenario, "1")).violation;
}

/** What somebody without types has written. */
const untyped = <Made>(value: unknown): Made => value as Made;

describe("what a scenario makes", () => {
  it("is taken when it is what it is to be", () => {
    expect(runWith({ invariants: () => [{ name: "A" }] })).toBeUndefined();
  });

  it.each([
    [undefined, "s: invariants: expected a list, got undefined"],
    [{ name: "A" }, "s: invariants: expected a list, got [object Object]"],
    ["A", 's: invariants: expected a list, got "A"'],
    [
      [{ name: "A" }, undefined],
      "s: invariants[1]: expected an invariant with a name, got undefined",
    ],
    [[{}], "s: invariants[0]: expected an invariant with a name, got [object Object]"],
    [[{ name: "" }], 's: invariants[0].name: expected a text, got ""'],
  ])("is refused in a line as invariants: %j", (made, message) => {
    const invariants = () => untyped<Invariant<ScriptedNode>[]>(made);
    expect(() => runWith({ invariants })).toThrow(new UsageError(message));
  });

  it.each([
    [true, "true"],
    [false, "false"],
    [null, "null"],
    [{ message: "x" }, "[object Object]"],
  ])("breaks the run as an invariant that says %j, which is no verdict", (said, shown) => {
    const invariant = { name: "A", onStep: () => untyped<string>(said) };
    expect(runWith({ invariants: () => [invariant] })).toMatchObject({
      invariant: "EXCEPTION",
      message:
        "invariant A: TypeError: expected what is wrong, as a text, or undefined, " +
        `got ${shown}`,
    });
  });

  it("is refused with what was thrown instead of invariants, and where", () => {
    const invariants = () => {
      throw new TypeError("no such field");
    };
    const message = /^s: its invariants threw: no such field \(\/.*made\.test\.ts:\d+:\d+\)$/;
    expect(() => runWith({ invariants })).toThrow(message);
    expect(() => runWith({ invariants })).toThrow(UsageError);
  });

  it("may refuse the plan in its own words", () => {
    const invariants = () => {
      throw new UsageError("plan.servers: expected three");
    };
    expect(() => runWith({ invariants })).toThrow(new UsageError("plan.servers: expected three"));
  });

  it.each([
    ["server", undefined, "undefined"],
    ["server", null, "null"],
    ["server", () => 1, "a function"],
    ["client", {}, "[object Object]"],
  ])("is refused in a line as %s: %j", (path, made, got) => {
    const make = () => untyped<ScriptedNode>(made);
    const message = `${path}: expected a node, got ${got}`;
    expect(() => runWith({ [path]: make })).toThrow(new UsageError(message));
  });
});
