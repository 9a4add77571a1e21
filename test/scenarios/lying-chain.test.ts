import { expect, it } from "vitest";
import { chainLiars } from "../../src/scenarios/chain-liars.ts";
import { FORGERY_KINDS } from "../../src/scenarios/lying-chain/forgeries.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";

it("has a forgery for every rule that a block without a wrong parent can break", () => {
  const { metrics, violation } = run(chainLiars[0]!, plan(chainLiars[0]!, "1"));
  const rules = FORGERY_KINDS.map(({ rule }) => rule).filter((rule) => rule !== "unknown parent");
  expect(violation).toBeUndefined();
  expect(rules.map((rule) => metrics.counted(`refused, ${rule}`) > 0)).not.toContain(false);
  expect(metrics.state.emitted.get("peer banned")).toBeGreaterThan(0);
});

it.each(chainLiars.map((scenario) => [scenario.name, scenario] as const))(
  "bites in %s",
  (_, scenario) => {
    const { faults } = run(scenario, plan(scenario, "1"));
    expect(faults.get("byzantine")?.effective).toBe(faults.get("byzantine")?.injected);
  },
);

it("leads every rule to its refusal, if blocks come as answers", () => {
  const bySync = chainLiars[1]!;
  const { evidence } = run(bySync, plan(bySync, "1"));
  const rules = evidence.filter(({ name }) => name.startsWith("refused: "));
  expect(rules.length).toBeGreaterThan(20);
  expect(rules.filter(({ isSeen }) => !isSeen)).toEqual([]);
});

it("replays a transaction of the block itself while there is none in the chain", () => {
  const gossip = chainLiars[0]!;
  const whole = plan(gossip, "1");
  const operations = whole.operations.filter(({ operation }) => operation.op !== "transfer");
  expect(operations.length).toBe(whole.operations.length - 1);
  const { metrics, violation } = run(gossip, { ...whole, operations });
  expect(violation).toBeUndefined();
  expect(metrics.counted("refused, transaction: nonce too low")).toBeGreaterThan(0);
});

it("takes no block for one of the future where clocks are not right", () => {
  const gossip = chainLiars[0]!;
  const whole = plan(gossip, "1");
  const ahead = { offset: seconds(5), driftPpm: 0 };
  const hosts = Object.fromEntries(whole.servers.map((host) => [host, ahead]));
  const { violation } = run(gossip, { ...whole, clocks: { ...whole.clocks, hosts } });
  expect(violation).toBeUndefined();
});
