import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  firstDivergence,
  makeCapsule,
  originOf,
  parseCapsule,
  takeCheckpoints,
} from "../../../src/campaign/capsule/capsule.ts";
import { signatureOf } from "../../../src/campaign/capsule/signature.ts";
import { shrink } from "../../../src/campaign/shrink/shrink.ts";
import { VERSION } from "../../../src/campaign/version.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import { plan, run, type Scenario } from "../../../src/sim/scenario.ts";
import { leaking, ticking } from "../../support/small-scenarios.ts";

const scenario = ticking({ brokenSeeds: ["1"] });
const planned = plan(scenario, "1");
const result = run(scenario, planned);

const capsule = {
  kind: "stormglass capsule",
  version: VERSION,
  node: "v20.19.0",
  plan: planned,
  fingerprint: result.fingerprint,
  events: result.steps,
  violation: { invariant: "TICKS", message: "ten events are too many", at: 12, step: 10 },
  signature: {
    id: "0123abcd",
    scenario: "ticking",
    invariant: "TICKS",
    property: "ten events are too many",
    shape: "nothing",
  },
  found: { scenario: "ticking", seed: "1" },
  checkpoints: takeCheckpoints(scenario, planned, result.steps),
};

const find = (name: string): Scenario => {
  if (name === scenario.name) return scenario;
  throw new UsageError(`scenario: expected a known one, got "${name}"`);
};

const parse = (value: unknown) => parseCapsule(JSON.stringify(value), find);

describe("a capsule", () => {
  it("is read as it was written", () => {
    expect(parse(capsule)).toEqual(capsule);
  });

  it("is made of a failing run, and read as it was made", () => {
    const code = { version: VERSION, node: "v20.19.0", commit: "abc", isDirty: true };
    const found = { scenario: "ticking", seed: "1", file: "scenarios.ts" };
    const shrunk = shrink(scenario, planned, { isOver: () => false });
    const made = makeCapsule(scenario, shrunk, { code, found, shrunk, path: "failures/a.json" });
    expect(made).toMatchObject({
      ...code,
      found,
      plan: shrunk.plan,
      fingerprint: shrunk.fingerprint,
      signature: { id: shrunk.signature.id },
      shrunk: { reductions: shrunk.reductions, quiet: shrunk.quiet, runs: shrunk.runs },
      replay: "npx stormglass replay failures/a.json",
    });
    expect(parse(made)).toEqual(made);
    expect(originOf(JSON.stringify(made))).toEqual(found);
  });

  it("is not made of a run that holds", () => {
    const held = run(scenario, plan(scenario, "2"));
    const parts = { code: { version: VERSION, node: "v20" }, found: capsule.found };
    expect(() => makeCapsule(scenario, held, parts)).toThrow(RangeError);
  });

  it("of an earlier version is read without what came later", () => {
    const { signature: _, found: __, ...old } = capsule;
    expect(parse(old)).toMatchObject({
      found: { scenario: "ticking", seed: "1" },
      signature: signatureOf(planned, capsule.violation),
    });
    expect(originOf(JSON.stringify(old))).toEqual({ scenario: "ticking", seed: "1" });
  });

  it("asks for the scenario in the file that it names", () => {
    const asked: unknown[] = [];
    const text = JSON.stringify({ ...capsule, found: { ...capsule.found, file: "mine.ts" } });
    parseCapsule(text, (...args) => {
      asked.push(args);
      return scenario;
    });
    expect(asked).toEqual([["ticking", "mine.ts"]]);
  });

  it("makes the same run again", () => {
    const again = run(scenario, parse(capsule).plan);
    expect(again.fingerprint).toBe(capsule.fingerprint);
    expect(again.violation).toEqual(result.violation);
  });

  it("has this package's version", () => {
    expect(JSON.parse(readFileSync("package.json", "utf8")).version).toBe(VERSION);
  });
});

describe("a damaged capsule", () => {
  const whole = JSON.stringify(capsule);

  it.each([
    ["empty", "", "capsule: expected JSON"],
    ["cut short", whole.slice(0, whole.length / 2), "capsule: expected JSON"],
    ["no JSON, on several lines", "a\nb\nc", "capsule: expected JSON"],
    ["a number", "17", "capsule: expected an object, got 17"],
    ["nothing", "null", "capsule: expected an object, got null"],
    ["a list", "[]", "capsule: expected an object, got []"],
  ])("that is %s is one line of what is expected", (_, text, message) => {
    const error = thrownBy(() => parseCapsule(text, find));
    expect(error.message).toContain(message);
    expect(error.message.split("\n")).toHaveLength(1);
  });

  it.each([
    ["kind", "stormglass", 'capsule.kind: expected "stormglass capsule", got "stormglass"'],
    ["kind", undefined, 'capsule.kind: expected "stormglass capsule", got nothing'],
    ["version", 1, "capsule.version: expected a text, got 1"],
    ["node", undefined, "capsule.node: expected a text, got nothing"],
    ["plan", undefined, "capsule.plan: expected an object, got nothing"],
    ["plan.scenario", 5, "capsule.plan.scenario: expected a text, got 5"],
    ["plan.scenario", "another", 'scenario: expected a known one, got "another"'],
    ["plan.seed", "", 'plan.seed: expected a text, got ""'],
    ["commit", 7, "capsule.commit: expected a text, got 7"],
    ["isDirty", "no", 'capsule.isDirty: expected true or false, got "no"'],
    ["replay", 7, "capsule.replay: expected a text, got 7"],
    ["found.seed", 7, "capsule.found.seed: expected a text, got 7"],
    ["found.file", "", 'capsule.found.file: expected a text, got ""'],
    ["found.more", 1, "capsule.found.more: unknown field, expected only scenario, seed, at, file"],
    ["signature.id", "x", 'capsule.signature.id: expected 8 hexadecimal digits, got "x"'],
    ["signature.shape", 1, "capsule.signature.shape: expected a text, got 1"],
    ["shrunk", 1, "capsule.shrunk: expected an object, got 1"],
    ["shrunk", {}, "capsule.shrunk.reductions: expected a list, got nothing"],
    [
      "shrunk",
      { reductions: [{ what: "faults", from: 3, to: -1 }] },
      "capsule.shrunk.reductions[0].to: expected a number of at least 0, got -1",
    ],
    [
      "shrunk",
      { reductions: [{ what: "bugs" }] },
      "capsule.shrunk.reductions[0].what: expected one of faults, operations, hosts,",
    ],
    ["plan.horizon", -1, "plan.horizon: expected a whole number of at least 1, got -1"],
    ["plan.more", 1, "plan.more: unknown field, expected only scenario"],
    ["fingerprint", "xyz", 'capsule.fingerprint: expected 16 hexadecimal digits, got "xyz"'],
    ["events", "many", 'capsule.events: expected a whole number of at least 0, got "many"'],
    ["violation", null, "capsule.violation: expected an object, got null"],
    ["violation.invariant", 1, "capsule.violation.invariant: expected a text, got 1"],
    ["violation.message", 1, "capsule.violation.message: expected a text, got 1"],
    ["violation.at", 1.5, "capsule.violation.at: expected a whole number of at least 0, got 1.5"],
    ["violation.step", -1, "capsule.violation.step: expected a whole number of at least 0, got -1"],
    ["checkpoints", 3, "capsule.checkpoints: expected an object, got 3"],
    [
      "checkpoints.interval",
      0,
      "capsule.checkpoints.interval: expected a whole number of at least 1, got 0",
    ],
    ["checkpoints.fingerprints", {}, "capsule.checkpoints.fingerprints: expected a list, got {}"],
    [
      "checkpoints.fingerprints.2",
      7,
      "capsule.checkpoints.fingerprints[2]: expected a text, got 7",
    ],
  ])("whose %s is %j is told so by its path", (path, value, message) => {
    const error = thrownBy(() => parse(changed(capsule, path, value)));
    expect(error.message).toContain(message);
    expect(error.message.split("\n")).toHaveLength(1);
  });
});

describe("checkpoints", () => {
  it("are at most 256, evenly apart", () => {
    const { horizon } = planned;
    const long = { ...planned, seed: "2", horizon: horizon * 100 };
    const { steps } = run(scenario, long);
    const { interval, fingerprints } = takeCheckpoints(scenario, long, steps);
    expect(steps).toBeGreaterThan(1_000);
    expect(interval).toBe(Math.ceil(steps / 256));
    expect(fingerprints).toHaveLength(Math.floor(steps / interval));
  });

  it("are one an event in a short run, the last of them its fingerprint", () => {
    const { interval, fingerprints } = capsule.checkpoints;
    expect(interval).toBe(1);
    expect(fingerprints).toHaveLength(10);
    expect(fingerprints.at(-1)).toBe(result.fingerprint);
  });

  it("are met by the same code", () => {
    expect(firstDivergence(scenario, planned, capsule.checkpoints)).toBeUndefined();
  });

  it("say between which events another run parts from them", () => {
    // The sixth event is the third checkpoint of every second one.
    const every = takeCheckpoints(scenario, planned, 2 * 256);
    expect(every.interval).toBe(2);
    const fingerprints = every.fingerprints.with(2, "0000000000000000");
    const place = firstDivergence(scenario, planned, { interval: 2, fingerprints });
    expect(place).toEqual({ after: 4, by: 6 });
  });

  it("tell a run that goes on from one that ended", () => {
    const holding = ticking();
    expect(firstDivergence(holding, planned, capsule.checkpoints)).toEqual({ after: 10, by: 11 });
  });

  it("tell a run that ends from one that went on", () => {
    const longer = takeCheckpoints(ticking(), planned, 1);
    expect(firstDivergence(scenario, planned, longer)).toEqual({ after: 10, by: 11 });
  });

  it("are not met by a scenario that is never the same twice", () => {
    const leaky = leaking();
    const checkpoints = takeCheckpoints(leaky, plan(leaky, "1"), 20);
    expect(firstDivergence(leaky, plan(leaky, "1"), checkpoints)).toEqual({ after: 2, by: 3 });
  });
});

function thrownBy(act: () => unknown): UsageError {
  try {
    act();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

/** A copy in which the field at a path, such as `plan.seed`, is another. */
function changed(value: object, path: string, field: unknown): unknown {
  const copy = structuredClone(value);
  const names = path.split(".");
  const last = names.pop()!;
  const owner = names.reduce<object>((at, name) => Reflect.get(at, name), copy);
  Reflect.set(owner, last, field);
  return copy;
}
