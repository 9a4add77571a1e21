import { describe, expect, it } from "vitest";
import { type CampaignOptions, campaign, VERIFIED_ONE_IN } from "../../src/campaign/campaign.ts";
import { leaking, spied, ticking } from "../support/small-scenarios.ts";

const options = (some: Partial<CampaignOptions>): CampaignOptions => ({
  seeds: 3,
  from: 1,
  isOver: () => false,
  seconds: () => 0,
  onRun: () => {},
  ...some,
});

describe("a campaign", () => {
  it("runs each seed on all scenarios in turn, from the first seed on", () => {
    const log: string[] = [];
    const scenarios = ["a", "b"].map((name) => {
      const scenario = ticking({ name });
      const plan = (seed: string) => {
        log.push(`${name} ${seed}`);
        return scenario.plan(seed);
      };
      return { ...scenario, plan };
    });
    campaign(scenarios, options({ seeds: 3, from: 7 }));
    expect(log).toEqual(["a 7", "b 7", "a 8", "b 8", "a 9", "b 9"]);
  });

  it("finds nothing in a scenario that holds, and says how much it ran", () => {
    const { scenarios, findings } = campaign([ticking()], options({ seeds: 3 }));
    expect(findings).toEqual([]);
    expect(scenarios).toHaveLength(1);
    expect(scenarios[0]).toMatchObject({ scenario: "ticking", schedules: 3, virtualTime: 300_000 });
    expect(scenarios[0]?.events).toBeGreaterThan(60);
  });

  it("reports a broken invariant with its seed, and runs that scenario no further", () => {
    const broken = ticking({ name: "broken", brokenSeeds: ["2", "3"] });
    const { scenarios, findings } = campaign([broken, ticking()], options({ seeds: 4 }));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ seed: "2", difference: undefined });
    expect(findings[0]?.scenario).toBe(broken);
    expect(findings[0]?.result.violation).toMatchObject({
      invariant: "TICKS",
      message: "ten events are too many",
      step: 10,
    });
    expect(scenarios.map(({ schedules }) => schedules)).toEqual([2, 4]);
  });

  it("ends when every scenario has a finding", () => {
    const runs: number[] = [];
    const broken = ticking({ brokenSeeds: ["1"] });
    const onRun = ({ schedules }: { schedules: number }) => runs.push(schedules);
    campaign([broken], options({ seeds: 1_000, onRun }));
    expect(runs).toEqual([1]);
  });

  it("runs as many seeds as the time allows when their number is open", () => {
    let left = 7;
    const isOver = () => left-- <= 0;
    const seen: string[] = [];
    const onRun = ({ schedules }: { schedules: number }) => seen.push(String(schedules));
    const scenarios = [ticking({ name: "a" }), ticking({ name: "b" })];
    const report = campaign(scenarios, options({ seeds: undefined, isOver, onRun }));
    // It asks before every round and before every run: 1 + 2 + 1 + 2 + 1 times.
    expect(seen).toEqual(["1", "2", "3", "4"]);
    expect(report.scenarios.map(({ schedules }) => schedules)).toEqual([2, 2]);
  });

  it("may end within a round", () => {
    let left = 2;
    const isOver = () => left-- <= 0;
    const scenarios = [ticking({ name: "a" }), ticking({ name: "b" })];
    const report = campaign(scenarios, options({ isOver }));
    expect(report.scenarios.map(({ schedules }) => schedules)).toEqual([1, 0]);
  });

  it("tells the progress after every run", () => {
    const told: string[] = [];
    const scenarios = [ticking({ name: "a", brokenSeeds: ["1"] }), ticking({ name: "b" })];
    campaign(
      scenarios,
      options({
        seeds: 2,
        onRun: ({ schedules, findings }) => told.push(`${schedules}: ${findings}`),
      }),
    );
    expect(told).toEqual(["1: 1", "2: 1", "3: 1"]);
  });

  it("takes the seconds of each scenario's runs by themselves", () => {
    let now = 0;
    const seconds = () => now++;
    const scenarios = [ticking({ name: "a" }), ticking({ name: "b", brokenSeeds: ["2"] })];
    const report = campaign(scenarios, options({ seeds: 4, seconds }));
    expect(report.scenarios.map((row) => row.seconds)).toEqual([4, 2]);
  });
});

describe("the check of determinism", () => {
  it("runs one seed in twenty again, recorded, the first among them", () => {
    const { scenario, log } = spied(ticking());
    campaign([scenario], options({ seeds: 41, from: 5 }));
    expect(VERIFIED_ONE_IN).toBe(20);
    const again = log.filter((line) => line.startsWith("recorded"));
    expect(again).toEqual(["recorded run 5", "recorded run 25", "recorded run 45"]);
    expect(log).toHaveLength(41 + 3);
  });

  it("runs every failing seed again", () => {
    const { scenario, log } = spied(ticking({ brokenSeeds: ["4"] }));
    campaign([scenario], options({ seeds: 10 }));
    expect(log.slice(-2)).toEqual(["run 4", "recorded run 4"]);
  });

  it("reports a scenario whose runs leave something behind", () => {
    const scenario = leaking();
    const { findings, scenarios } = campaign([scenario], options({ seeds: 3 }));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.seed).toBe("1");
    expect(findings[0]?.result.violation).toBeUndefined();
    expect(findings[0]?.difference?.summary).toMatch(
      /^fingerprint [0-9a-f]{16}, then [0-9a-f]{16}$/,
    );
    expect(scenarios[0]?.schedules).toBe(1);
  });

  it("reports a failing run that is not the same twice, as both", () => {
    let runs = 0;
    const scenario = ticking({ brokenSeeds: ["1"] });
    const simulate: typeof scenario.simulate = (plan, observation) =>
      scenario.simulate(runs++ === 0 ? plan : { ...plan, seed: "2" }, observation);
    const { findings } = campaign([{ ...scenario, simulate }], options({ seeds: 1 }));
    expect(findings[0]?.result.violation?.invariant).toBe("TICKS");
    expect(findings[0]?.difference?.summary).toContain(
      "violation ten events are too many, then none",
    );
  });
});
