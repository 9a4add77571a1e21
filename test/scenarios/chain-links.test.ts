import { describe, expect, it } from "vitest";
import { meanOffMax } from "../../src/invariants/deviation.ts";
import { chainLinks } from "../../src/scenarios/chain-links.ts";
import type { Distribution } from "../../src/sim/random/distribution.ts";
import { plan, run } from "../../src/sim/scenario.ts";

interface Latency {
  readonly mean: number;
  readonly variance: number;
  readonly offMax: number;
}

function latencyOf(distribution: Distribution | undefined): Latency {
  if (distribution === undefined) return { mean: 0, variance: 0, offMax: 0 };
  if (distribution.kind !== "uniform") throw new Error(`a latency that is ${distribution.kind}`);
  const { min, max } = distribution;
  const values = max - min + 1;
  return { mean: (min + max) / 2, variance: (values ** 2 - 1) / 12, offMax: (max - min) / 2 };
}

describe.each(chainLinks.map((scenario) => [scenario.name, scenario] as const))(
  "%s",
  (_, scenario) => {
    const planned = plan(scenario, "1");

    it("pings so often that no chance explains a mean that is off by 5 %", () => {
      const [fault] = planned.faults;
      const parts = [
        latencyOf(planned.network.latency),
        latencyOf(fault?.kind === "latency" ? fault.added : undefined),
      ];
      const sum = (value: (latency: Latency) => number): number =>
        2 * parts.reduce((total, latency) => total + value(latency), 0);
      const ping = planned.operations.find(({ operation }) => operation.op === "ping");
      const answered = fault?.kind === "flapping" ? 0.6 : 0.9;
      const count = answered * Number(ping!.operation.count);
      const off = meanOffMax({
        ...{ count, variance: sum(({ variance }) => variance) },
        offMax: sum(({ offMax }) => offMax),
      });
      expect(off).toBeLessThan(0.05 * sum(({ mean }) => mean));
    });
  },
);

describe("a link that is as good as ever where it is to be degraded", () => {
  it("is found out by its round trips, its losses or its throughput", () => {
    const names = ["/10-ms", "/5-percent-lost", "/10-mbit"];
    const found = names.map((name) => {
      const scenario = chainLinks.find((one) => one.name === `tb-link-degradation${name}`)!;
      const planned = plan(scenario, "1");
      return run(scenario, { ...planned, faults: [] }).violation?.invariant;
    });
    expect(found).toEqual(["RTT", "LOSS", "THROUGHPUT"]);
  });
});
