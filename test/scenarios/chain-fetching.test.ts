import { describe, expect, it } from "vitest";
import {
  chainCheckpoints,
  checkpointing,
  FULL_CHAIN,
  SMALL_CHAIN,
} from "../../src/scenarios/chain-checkpoints.ts";
import { FULL_SIZE, headerFirst, SMALL_SIZE } from "../../src/scenarios/chain-fetching.ts";
import { plan, run, type Scenario } from "../../src/sim/scenario.ts";

const measured = (scenario: Scenario) => {
  const { metrics, violation } = run(scenario, plan(scenario, "1"));
  expect(violation).toBeUndefined();
  return metrics;
};

describe.each([
  ["320 blocks", SMALL_SIZE],
  ["5,000 blocks", FULL_SIZE],
])("%s", (_, size) => {
  it("come twice as fast as from one if one is slow, one fails, one restarts and one lies", () => {
    const alone = measured(headerFirst("/one-peer", size));
    const together = measured(headerFirst("/without-liars", size));
    expect(alone.gauged("syncMs") / together.gauged("syncMs")).toBeGreaterThanOrEqual(2);
    const amongLiars = measured(headerFirst("", size));
    expect(alone.gauged("syncMs") / amongLiars.gauged("syncMs")).toBeGreaterThanOrEqual(2);
    expect(amongLiars.gauged("inFlightMax")).toBe(4);
    expect(together.gauged("inFlightMax")).toBe(4);
    expect(together.gauged("wastedPercent")).toBeLessThan(5);
  }, 120_000);
});

it("asks in vain, and asks others, if some fail or lie", () => {
  const { faults, metrics } = run(...planned(headerFirst("", SMALL_SIZE)));
  expect([...faults.values()].map(({ effective }) => effective > 0)).not.toContain(false);
  expect(metrics.state.emitted.get("batch failed")).toBeGreaterThan(0);
});

const planned = (scenario: Scenario) => [scenario, plan(scenario, "1")] as const;

it.each([
  ["240 blocks", SMALL_CHAIN],
  ["2,000 blocks", FULL_CHAIN],
])(
  "begins at a checkpoint faster, and with fewer bytes, than it fetches %s",
  (_, size) => {
    const quiet = { about: "", faults: [], expects: [] };
    const whole = measured(checkpointing(size, { ...quiet, variant: "", isTrusting: false }));
    const short = measured(checkpointing(size, { ...quiet, variant: "", isTrusting: true }));
    expect(short.gauged("syncMs")).toBeLessThan(whole.gauged("syncMs") / 2);
    expect(short.gauged("fetchedBytes")).toBeLessThan(whole.gauged("fetchedBytes") / 2);
  },
  120_000,
);

it("leaves on a pruned disk no more than the last segments", () => {
  const metrics = measured(chainCheckpoints[2]!);
  expect(metrics.gauged("diskBytes p")).toBeGreaterThan(0);
  expect(metrics.gauged("diskBytes p")).toBeLessThan(metrics.gauged("diskBytes a") / 3);
});

it("is interrupted while it fetches accounts", () => {
  const metrics = measured(chainCheckpoints[1]!);
  // Some ranges come twice, as they were lost.
  expect(metrics.state.emitted.get("accounts accepted")).toBeGreaterThan(4);
});

it("is told by a peer that it has pruned what is asked for", () => {
  const scenario = chainCheckpoints[3]!;
  const { evidence } = run(scenario, plan(scenario, "1"));
  const told = evidence.find(({ name }) => name === "a peer has pruned what is asked for");
  expect(told?.isSeen).toBe(true);
});
