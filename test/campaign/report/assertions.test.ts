import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { campaign, inThisThread } from "../../../src/campaign/campaign.ts";
import { AssertionSums, describeBest } from "../../../src/campaign/report/assertions.ts";
import { outcomeOf } from "../../../src/campaign/report/outcome.ts";
import { parseReport } from "../../../src/campaign/report/parse-report.ts";
import { type CampaignReport, CampaignSum } from "../../../src/campaign/report/report.ts";
import { WHOLE } from "../../../src/campaign/seeds.ts";
import { textReport } from "../../../src/cli/reporters/text.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import type { Evidence } from "../../../src/sim/evidence.ts";
import type { Invariant } from "../../../src/sim/invariant.ts";
import { leadsTo } from "../../../src/sim/temporal/liveness.ts";
import { alwaysAtMost } from "../../../src/sim/temporal/safety.ts";
import { sometimes, sometimesAtLeast } from "../../../src/sim/temporal/sometimes.ts";
import { ms } from "../../../src/sim/time.ts";
import { type Ticker, ticking } from "../../support/small-scenarios.ts";

const ticks = ({ server }: { server?: { node: Ticker | undefined } | undefined }) =>
  server?.node?.state.ticks;

const assertions = (): readonly Invariant<Ticker>[] => [
  alwaysAtMost("ticks", ticks, 1_000),
  sometimesAtLeast("many ticks", ticks, 1_000),
  sometimes("dawn", () => false),
  leadsTo<Ticker>(
    "DUSK",
    () => false,
    () => true,
    { within: ms(1) },
  ),
  leadsTo<Ticker>(
    "TICKS",
    ({ emitted }) => emitted.length > 0,
    ({ emitted }) => emitted.length === 0,
    { within: ms(80) },
  ),
];
const scenario = ticking({ assertions });
const sources = [{ scenario }];
const head = { code: "", from: 1, seeds: 200, shard: WHOLE };

const run = (index: number, count: number) =>
  campaign({
    ...{ scenarios: sources, from: 1, seeds: 200, shard: { index, count } },
    ...{ runner: inThisThread(sources), isOver: () => false },
  });

describe("the assertions of a campaign", () => {
  it("fail it when no run has seen them, with the best value", async () => {
    const outcome = outcomeOf(await run(1, 1), sources);
    const [many] = outcome.summaries[0]!.assertions.filter(({ name }) => name === "many ticks");
    expect(many).toMatchObject({ kind: "sometimes", runs: 200, seen: 0 });
    const { value, seed } = many!.best!;
    expect(outcome.shortfalls.map(({ text }) => text)).toEqual([
      'in 200 schedules "DUSK" was never put to the test',
      'in 200 schedules "dawn" never held, as it must sometimes',
      `in 200 schedules "many ticks" was never at least its bound: ` +
        `best ${value} of 1,000 (seed ${seed})`,
    ]);
    const shown = textReport({ outcome, kept: [], isInterrupted: false, notes: [] });
    expect(shown).toMatch(new RegExp(`^always ticks +${value} of 1,000 +${seed} +ticking$`, "m"));
  });

  it("are those of the whole when its parts are read and added in any order", async () => {
    const whole = await run(1, 1);
    const parts = [await run(1, 3), await run(2, 3), await run(3, 3)];
    const merged = (order: readonly number[]): CampaignReport["scenarios"][0]["tally"] => {
      const sum = new CampaignSum(sources, head);
      for (const i of order) sum.merge(parseReport(JSON.stringify(parts[i]), `${i}`), `${i}`);
      return sum.report.scenarios[0]!.tally;
    };
    const { tally } = whole.scenarios[0]!;
    expect(merged([0, 1, 2]).assertions).toEqual(tally.assertions);
    expect(merged([2, 0, 1]).assertions).toEqual(tally.assertions);
    expect(tally.assertions.map(({ seen }) => seen)).toEqual([0, 200, 0, 0, 200]);
  });

  it.each([
    ["kind", "perhaps"],
    ["seen", 201],
    ["runs", 0],
    ["name", 7],
    ["best", { value: "much" }],
  ])("are refused from a file in which %s is %j", async (field, value) => {
    const report = await run(1, 200);
    const text = JSON.stringify(report, (key, item) => {
      return key === "assertions" ? [{ ...item[0], [field]: value }] : item;
    });
    expect(() => parseReport(text, "r.json")).toThrow(UsageError);
    expect(() => parseReport(text, "r.json")).toThrow(
      `r.json.scenarios[0].tally.assertions[0].${field}`,
    );
  });
});

describe("the best of runs", () => {
  const evidence = (value: number, towards: "up" | "down"): Evidence => ({
    ...{ name: "n", kind: "always", isSeen: true },
    best: { value, bound: 5, towards, unit: "number" },
  });
  const bestOf = (values: readonly number[], towards: "up" | "down") => {
    const sums = new AssertionSums();
    values.forEach((value, i) => {
      sums.add([evidence(value, towards)], String(i + 9));
    });
    return sums.state[0]!.best;
  };

  it("is the nearest to the bound, or beyond; of equal ones that of the lowest seed", () => {
    expect(bestOf([3, 4, 4], "up")).toMatchObject({ value: 4, seed: "10" });
    expect(bestOf([4, 4, 3], "up")).toMatchObject({ value: 4, seed: "9" });
    expect(bestOf([8, 4, 9], "down")).toMatchObject({ value: 4, seed: "10" });
  });

  it("does not depend on the order of the runs", () => {
    const runs = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.nat({ max: 99 })), {
      minLength: 1,
    });
    const stateOf = (all: readonly (readonly [number, number])[]) => {
      const sums = new AssertionSums();
      for (const [value, seed] of all) sums.add([evidence(value, "up")], String(seed));
      return sums.state;
    };
    fc.assert(
      fc.property(runs, (all) => {
        expect(stateOf([...all].reverse())).toEqual(stateOf(all));
      }),
    );
  });

  it.each([
    [847, 1_000, "number", "847 of 1,000"],
    [0.12345, 1_234_567, "number", "0.123 of 1,234,567"],
    [-1_234.5, 0, "number", "-1,234.5 of 0"],
    [ms(812), ms(2_000), "time", "812 ms of 2 s"],
  ] as const)("of %d and %d, a %s, reads %s", (value, bound, unit, text) => {
    expect(describeBest({ value, bound, towards: "up", unit })).toBe(text);
  });
});
