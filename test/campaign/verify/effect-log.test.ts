import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { EffectLog } from "../../../src/campaign/verify/effect-log.ts";
import { catalogue } from "../../../src/scenarios/catalogue.ts";
import { plan, run } from "../../../src/sim/scenario.ts";
import { FINGERPRINTS } from "../../support/fingerprints.ts";
import { ticking } from "../../support/small-scenarios.ts";

/** The main form of each. */
const scenarios = catalogue.filter(({ name }) => !name.includes("/"));

it("changes no run of the catalogue, and finds no call outside a handler there", () => {
  const kept: Record<string, string[]> = JSON.parse(readFileSync(FINGERPRINTS, "utf8"));
  const observed = scenarios.map((scenario) => {
    const log = new EffectLog({ from: 1, to: 0, every: 1, keeps: false, memoryOf: 0 });
    const { fingerprint, steps } = run(scenario, plan(scenario, "1"), { witness: log });
    expect(log.words.length).toBe(2 * steps);
    expect(log.outside).toEqual([]);
    return [scenario.name, fingerprint];
  });
  expect(observed).toEqual(scenarios.map(({ name }) => [name, kept[name]?.[0]]));
});

it("keeps accounts of the events in focus, with the memory of one", () => {
  const scenario = ticking();
  const log = new EffectLog({ from: 3, to: 5, every: 1, keeps: true, memoryOf: 4 });
  const { trace } = run(scenario, plan(scenario, "1"), { witness: log, trace: true });
  expect([...log.accounts.keys()]).toEqual([3, 4, 5]);
  const { place, effects, state } = log.accounts.get(4)!;
  expect(trace.find(({ step }) => step === 4)).toMatchObject(place);
  expect(effects.map(({ text }) => text)).toEqual([
    "emit tick",
    "random.int 1 9",
    expect.stringMatching(/^setTimer tick \d+000$/),
  ]);
  expect(effects[2]?.stack).toMatch(/^Ticker\.onStart .*\n *Ticker\.onTimer [^\n]*$/);
  expect(state).toEqual([["state.ticks", expect.stringMatching(/^\d+$/)]]);
  expect(log.accounts.get(3)?.state).toEqual([]);
});
