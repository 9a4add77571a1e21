import { expect, it } from "vitest";
import { headerFirst, SMALL_SIZE } from "../../src/scenarios/chain-fetching.ts";
import { chainSettings, checkChainSettings } from "../../src/scenarios/chain-settings.ts";
import { noPremade } from "../../src/scenarios/premade-chain.ts";
import { plan } from "../../src/sim/scenario.ts";
import { ms } from "../../src/sim/time.ts";

it("is what nodes read from their disks when they start", () => {
  const scenario = headerFirst("/one-peer", SMALL_SIZE);
  const simulation = scenario.simulate(plan(scenario, "1"), { trace: true });
  simulation.run(ms(60));
  const found = simulation.trace.flatMap(({ host, payload }) => recovered(host, payload));
  expect(found).toEqual([
    ["n", 0],
    ["p1", SMALL_SIZE.blocks],
  ]);
});

const recovered = (host: string | undefined, payload: unknown) => {
  const { event, data } = (payload ?? {}) as { event?: string; data?: { height: number } };
  return event === "recovered" ? [[host, data?.height]] : [];
};

it.each([
  [{ blocks: -1 }, "s.premade.blocks: expected a whole number of at least 0, got -1"],
  [{ heightOf: { a: 1 } }, "s.premade.heightOf.a: expected a whole number in [0, 0], got 1"],
  [{ blocks: 2, branchOf: { a: 1 } }, "s.premade.branchOf.a: expected a host of heightOf, got a"],
])("refuses %j", (change, message) => {
  const settings = { ...chainSettings(["a"]), premade: { ...noPremade, ...change } };
  expect(() => checkChainSettings(settings, "s", { servers: ["a"], clients: [] })).toThrow(message);
});

it("refuses a checkpoint that was not made", () => {
  const settings = { ...chainSettings(["a"]), checkpointOf: { a: 1 } };
  expect(() => checkChainSettings(settings, "s", { servers: ["a"], clients: [] })).toThrow(
    "s.checkpointOf.a: expected",
  );
});
