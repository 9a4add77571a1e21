import { describe, expect, it } from "vitest";
import { meanOffMax } from "../../src/invariants/deviation.ts";
import { quantileOfSum, type TimeSpan } from "../../src/invariants/sum-of-spans.ts";
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

function spanOf(distribution: Distribution | undefined): TimeSpan {
  if (distribution?.kind !== "uniform") throw new Error(`a latency that is ${distribution?.kind}`);
  return distribution;
}

/** What share of sums is below a time. */
function shareBelow(trip: readonly TimeSpan[], time: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (quantileOfSum(trip, middle) < time) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * Chernoff: of n draws, each of which hits with probability p, a share q hits or what is further
 * from p with a chance of exp(-n D(q, p)) at most.
 */
function divergence(q: number, p: number): number {
  const [hit, missed] = [q * Math.log(q / p), (1 - q) * Math.log((1 - q) / (1 - p))];
  return p === 0 ? Number.POSITIVE_INFINITY : hit + missed;
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

    it("pings so often that no chance explains 99 % that are off by 5 %", () => {
      const [fault] = planned.faults;
      const added = fault?.kind === "latency" ? [spanOf(fault.added)] : [];
      const ways = [spanOf(planned.network.latency), ...added];
      const trip = [...ways, ...ways];
      const ping = planned.operations.find(({ operation }) => operation.op === "ping");
      const answered = fault?.kind === "flapping" ? 0.65 : 0.9;
      const count = answered * Number(ping!.operation.count);
      const expected = quantileOfSum(trip, 0.99);
      for (const part of [0.95, 1.05]) {
        const longer = 1 - shareBelow(trip, part * expected);
        expect(Math.exp(-count * divergence(0.01, longer))).toBeLessThan(1e-9);
      }
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
