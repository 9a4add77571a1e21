import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Metrics, percentiles } from "../../src/sim/metrics.ts";

describe("metrics", () => {
  it("count from 0, by one or by more", () => {
    const metrics = new Metrics();
    expect(metrics.counted("elections")).toBe(0);
    metrics.count("elections");
    metrics.count("elections", 3);
    expect(metrics.counted("elections")).toBe(4);
  });

  it("keep the last value of a gauge, and every one of a distribution", () => {
    const metrics = new Metrics();
    metrics.gauge("log size", 3);
    metrics.gauge("log size", 2);
    metrics.observe("commit", 20);
    metrics.observe("commit", 10);
    expect(metrics.state.gauges).toEqual(new Map([["log size", 2]]));
    expect(metrics.state.samples).toEqual(new Map([["commit", [20, 10]]]));
  });

  it("keep what nodes emit apart from what is counted", () => {
    const metrics = new Metrics();
    metrics.emit("leader");
    metrics.emit("leader");
    expect(metrics.state.emitted).toEqual(new Map([["leader", 2]]));
    expect(metrics.counted("leader")).toBe(0);
  });

  it("are summed up by name, distributions as percentiles", () => {
    const metrics = new Metrics();
    metrics.count("elections", 2);
    metrics.gauge("log size", 3);
    metrics.observe("commit", 10);
    const commit = { count: 1, p50: 10, p90: 10, p95: 10, p99: 10, max: 10 };
    expect(metrics.summary()).toEqual({ elections: 2, "log size": 3, commit });
  });
});

describe("percentiles", () => {
  it("go by nearest rank: of 1 to 100, the number itself", () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentiles(values)).toEqual({
      count: 100,
      p50: 50,
      p90: 90,
      p95: 95,
      p99: 99,
      max: 100,
    });
  });

  it("sort numbers as numbers, and leave the values as they were", () => {
    const values = [10, 9, 100, 1];
    expect(percentiles(values)).toEqual({
      count: 4,
      p50: 9,
      p90: 100,
      p95: 100,
      p99: 100,
      max: 100,
    });
    expect(values).toEqual([10, 9, 100, 1]);
  });

  it("are values below or at which at least so many lie, and no smaller one would do", () => {
    const values = fc.array(fc.nat(50), { minLength: 1 });
    const property = fc.property(values, (all) => {
      const found = percentiles(all);
      const needed = (percent: number): number => Math.ceil((all.length * percent) / 100);
      for (const percent of [50, 90, 95, 99] as const) {
        const value = found[`p${percent}`];
        const below = all.filter((each) => each < value).length;
        const upTo = all.filter((each) => each <= value).length;
        expect(below).toBeLessThan(needed(percent));
        expect(upTo).toBeGreaterThanOrEqual(needed(percent));
      }
    });
    fc.assert(property);
  });

  it("of nothing do not exist", () => {
    expect(() => percentiles([])).toThrow("percentiles of nothing");
  });
});
