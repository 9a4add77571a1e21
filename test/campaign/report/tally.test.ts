import { describe, expect, it } from "vitest";
import { JUDGED_RUNS_MIN, Tally } from "../../../src/campaign/report/tally.ts";
import { Metrics } from "../../../src/sim/metrics.ts";
import { type Goal, plan, type RunResult, run } from "../../../src/sim/scenario.ts";
import { ticking } from "../../support/small-scenarios.ts";

const scenario = ticking();
const real = run(scenario, plan(scenario, "1"));

/** A run in which a count of 10, a gauge, a distribution and an event took these values. */
function result({ gauge, samples = [], emitted = 0 }: Measured): RunResult {
  const metrics = new Metrics();
  metrics.count("count", 10);
  if (gauge !== undefined) metrics.gauge("gauge", gauge);
  for (const value of samples) metrics.observe("distribution", value);
  for (let i = 0; i < emitted; i++) metrics.emit("event");
  return { ...real, metrics };
}

interface Measured {
  readonly gauge?: number;
  readonly samples?: readonly number[];
  readonly emitted?: number;
}

function summaryOf(goals: readonly Goal[], results: readonly RunResult[]) {
  const tally = new Tally({ ...scenario, goals });
  for (const one of results) tally.add(one);
  return tally.summary();
}

describe("the sum of runs", () => {
  it("adds schedules, events, virtual time and faults", () => {
    const crash = { offered: 2, injected: 1, effective: 1 };
    const cut = { offered: 1, injected: 1, effective: 0 };
    const one = { ...real, steps: 7, endedAt: 100 };
    const summary = summaryOf(
      [],
      [
        { ...one, faults: new Map([["crash", crash]]) },
        { ...one, faults: new Map([["crash", crash]]) },
        { ...one, faults: new Map([["partition", cut]]) },
      ],
    );
    expect(summary).toMatchObject({ schedules: 3, events: 21, virtualTime: 300 });
    expect(summary.faults).toEqual({
      crash: { offered: 4, injected: 2, effective: 2 },
      partition: cut,
    });
  });

  it("is nothing before the first run", () => {
    const goal = { metric: "gauge", atMost: 5, share: 0.5 };
    const summary = summaryOf([goal], []);
    expect(summary).toMatchObject({ schedules: 0, events: 0, virtualTime: 0, metrics: {} });
    expect(summary).toMatchObject({ isJudged: false, assertions: [] });
    expect(summary.goals).toEqual([{ goal, share: 0, isMet: false }]);
  });

  it("shows each run's counts, gauges and events, and the largest of a distribution", () => {
    const results = [
      result({ gauge: 1, samples: [1, 9, 3], emitted: 2 }),
      result({ gauge: 3, samples: [4], emitted: 3 }),
    ];
    const { metrics, emitted } = summaryOf([], results);
    expect(metrics.count).toMatchObject({ count: 2, p50: 10, max: 10 });
    expect(metrics.gauge).toMatchObject({ count: 2, p50: 1, max: 3 });
    expect(metrics.distribution).toMatchObject({ count: 2, p50: 4, max: 9 });
    expect(metrics.event).toMatchObject({ count: 2, p50: 2, max: 3 });
    expect(emitted).toEqual({ event: 5 });
  });

  it("takes in a distribution of any size", () => {
    const samples = Array.from({ length: 200_000 }, (_, i) => i % 100);
    const { metrics } = summaryOf([], [result({ samples })]);
    expect(metrics.distribution?.max).toBe(99);
  });
});

describe("a goal", () => {
  const gauges = [4, 5, 6, 7].map((gauge) => result({ gauge }));

  it.each([
    [{ atMost: 5 }, 0.5],
    [{ atLeast: 5 }, 0.75],
    [{ atLeast: 5, atMost: 6 }, 0.5],
    [{ atMost: 3 }, 0],
    [{}, 1],
  ])("with %o is met by those within it, bounds included", (bounds, share) => {
    const [verdict] = summaryOf([{ metric: "gauge", share: 0.1, ...bounds }], gauges).goals;
    expect(verdict?.share).toBe(share);
  });

  it("is met by just its share, and not by less", () => {
    const goal = { metric: "gauge", atMost: 5 };
    const shares = [0.5, 0.51].map((share) => ({ ...goal, share }));
    expect(summaryOf(shares, gauges).goals.map(({ isMet }) => isMet)).toEqual([true, false]);
  });

  it("is missed by a run that has no such value", () => {
    const goal = { metric: "gauge", atMost: 5, share: 1 };
    const [verdict] = summaryOf([goal], [result({ gauge: 1 }), result({})]).goals;
    expect(verdict).toEqual({ goal, share: 0.5, isMet: false });
  });

  it("looks at the largest of a distribution, and at how often an event was emitted", () => {
    const goals = [
      { metric: "distribution", atMost: 8, share: 1 },
      { metric: "event", atLeast: 2, share: 1 },
    ];
    const { goals: verdicts } = summaryOf(goals, [result({ samples: [1, 9, 3], emitted: 2 })]);
    expect(verdicts.map(({ isMet }) => isMet)).toEqual([false, true]);
  });

  it("is judged from two hundred runs on", () => {
    const runs = Array.from({ length: JUDGED_RUNS_MIN }, () => result({}));
    expect(JUDGED_RUNS_MIN).toBe(200);
    expect(summaryOf([], runs.slice(1)).isJudged).toBe(false);
    expect(summaryOf([], runs).isJudged).toBe(true);
  });
});
