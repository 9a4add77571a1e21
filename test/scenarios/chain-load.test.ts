import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import {
  BASELINE,
  DISTRIBUTED_CI,
  DISTRIBUTED_FULL,
  type LoadSize,
  loadPlan,
  WORKER_EVENT,
} from "../../src/scenarios/chain-load.ts";
import { CPU_FACTORS, ROLES, theBlock3, VALIDATORS } from "../../src/scenarios/the-block-3.ts";
import type { NodeId } from "../../src/sim/env.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { plan, run } from "../../src/sim/scenario.ts";
import { type Micros, ms, seconds } from "../../src/sim/time.ts";

const cases: readonly (readonly [string, string, LoadSize])[] = [
  ["distributed-load-full", "tb-distributed-load", DISTRIBUTED_FULL],
  ["distributed-load-ci", "tb-distributed-load", DISTRIBUTED_CI],
  [
    "baseline-full",
    "tb-baseline-single-node",
    { ...BASELINE, lasting: seconds(10), settledWithin: seconds(10) },
  ],
];

function planIn(file: string, name: string) {
  const text = readFileSync(`examples/plans/${file}.json`, "utf8");
  return findScenario(name).check(JSON.parse(text));
}

const DISTRIBUTED = findScenario("tb-distributed-load");
const WORKERS = ["c1", "c2", "c3"];

/** Of a run in which an event of a worker takes so long: how soon most transfers are in blocks. */
function inclusionMs(workerEvent: Micros, shared: readonly (readonly NodeId[])[]): number {
  const drawn = plan(DISTRIBUTED, "1");
  const workers = WORKERS.map((worker) => [worker, constant(workerEvent)] as const);
  const hosts = { ...drawn.cpu.hosts, ...Object.fromEntries(workers) };
  const given = { ...drawn, cpu: { ...drawn.cpu, hosts, shared } };
  const { violation, metrics } = run(DISTRIBUTED, DISTRIBUTED.check(given));
  expect(violation).toBeUndefined();
  const summary = metrics.summary().inclusionMs;
  if (typeof summary !== "object") throw new Error("nothing was measured");
  return summary.p90;
}

describe("workers on the machines of nodes", () => {
  const { cpu, servers, settings, disk } = plan(DISTRIBUTED, "1");
  const { shared } = cpu;

  it("share the processors of the three machines, each with its own node", () => {
    expect(servers).toEqual(ROLES);
    expect(settings).toMatchObject({ validators: VALIDATORS, cpuFactorOf: CPU_FACTORS });
    expect(disk.hosts).toEqual(theBlock3(ROLES).disk!.hosts);
    expect(shared).toEqual(ROLES.map((role, i) => [role, WORKERS[i]]));
  });

  it("take of a node what they need, and of one with its own processor nothing", () => {
    const events = [WORKER_EVENT, ms(4)];
    const alone = events.map((event) => inclusionMs(event, []));
    const together = events.map((event) => inclusionMs(event, shared));
    expect(together[0]! - alone[0]!).toBeGreaterThan(1);
    // Of four fifths of the processor's time; on the way to a block some five events wait for it.
    expect(together[1]! - alone[1]!).toBeGreaterThan(5);
    expect(Math.abs(alone[1]! - alone[0]!)).toBeLessThan(1);
  });
});

describe("the plans of larger loads", () => {
  it.each(cases)("examples/plans/%s.json is one of %s, of that size", (file, name, size) => {
    expect(planIn(file, name)).toMatchObject({
      servers: size.nodes,
      horizon: loadPlan(size).horizon,
      operations: loadPlan(size).operations,
      settings: {
        ...{ slotTime: size.slotTime, balances: loadPlan(size).settings!.balances },
        validators: loadPlan(size).settings!.validators,
      },
      cpu: loadPlan(size).cpu ?? {},
    });
  });

  it("include at one node at least 10,000 transactions a second for ten", () => {
    const name = "tb-baseline-single-node";
    const { violation, metrics } = run(findScenario(name), planIn("baseline-full", name));
    expect(violation).toBeUndefined();
    expect(metrics.gauged("includedPerS")).toBeGreaterThanOrEqual(10_000);
    expect(metrics.gauged("transactionsIncluded")).toBe(120_000);
  }, 240_000);

  it("include all that three nodes are offered", () => {
    const name = "tb-distributed-load";
    const { violation, metrics } = run(findScenario(name), planIn("distributed-load-ci", name));
    expect(violation).toBeUndefined();
    expect(metrics.gauged("transactionsIncluded")).toBe(60_000);
    expect(metrics.gauged("refusalPercent")).toBe(0);
  }, 240_000);
});
