import { expect, it } from "vitest";
import { EffectLog } from "../../../src/campaign/verify/effect-log.ts";
import { catalogue } from "../../../src/scenarios/catalogue.ts";
import { plan, run } from "../../../src/sim/scenario.ts";
import { ticking } from "../../support/small-scenarios.ts";

/** So many events of each are looked at; CI's campaign watches the whole run of a seed. */
const EVENTS = 1_500;

/** The main form of each. */
const scenarios = catalogue.filter(({ name }) => !name.includes("/"));

it("changes no run of the catalogue, and finds no call outside a handler there", () => {
  const ends = scenarios.map((scenario) => {
    const planned = plan(scenario, "1");
    const log = new EffectLog({ from: 1, to: 0, every: 1, keeps: false, memoryOf: 0 });
    const watched = scenario.simulate(planned, { witness: log });
    const plain = scenario.simulate(planned);
    while (watched.steps < EVENTS && watched.step(planned.horizon)) plain.step(planned.horizon);
    expect(log.words.length).toBe(2 * watched.steps);
    expect(log.outside).toEqual([]);
    return [watched, plain].map(({ steps, fingerprint }) => `${steps} ${fingerprint}`);
  });
  expect(ends.map(([watched]) => watched)).toEqual(ends.map(([, plain]) => plain));
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
