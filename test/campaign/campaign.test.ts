import { describe, expect, it } from "vitest";
import {
  type CampaignOptions,
  campaign,
  inThisThread,
  RECORDED_ONE_IN,
  VERIFIED_ONE_IN,
} from "../../src/campaign/campaign.ts";
import { WorkerPool } from "../../src/campaign/pool.ts";
import type { Finding } from "../../src/campaign/report/finding.ts";
import type { CampaignReport } from "../../src/campaign/report/report.ts";
import { LOADER, WORKER } from "../../src/cli/worker.ts";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import type { Scenario } from "../../src/sim/scenario.ts";
import { leaking, spied, ticking } from "../support/small-scenarios.ts";

type Some = Partial<CampaignOptions> & { readonly now?: () => number };

/** A campaign in this thread: three seeds, if nothing else is said. */
function run(scenarios: readonly Scenario[], { now, ...some }: Some = {}): Promise<CampaignReport> {
  const sources = scenarios.map((scenario) => ({ scenario }));
  const runner = inThisThread(sources, now);
  const usual = { scenarios: sources, seeds: 3, from: 1, runner, isOver: () => false };
  return campaign({ ...usual, ...some });
}

/** A scenario that writes down the seeds whose plans are drawn. */
function logged(log: string[], options: Parameters<typeof ticking>[0]): Scenario {
  const scenario = ticking(options);
  const plan = (seed: string) => {
    log.push(`${scenario.name} ${seed}`);
    return scenario.plan(seed);
  };
  return { ...scenario, plan };
}

const countsOf = ({ scenarios }: CampaignReport): number[] =>
  scenarios.map(({ tally }) => tally.schedules);

describe("a campaign", () => {
  it("runs each seed on all scenarios in turn, from the first seed on", async () => {
    const log: string[] = [];
    const scenarios = ["a", "b"].map((name) => logged(log, { name }));
    await run(scenarios, { from: 7 });
    expect(log).toEqual(["a 7", "b 7", "a 8", "b 8", "a 9", "b 9"]);
  });

  it("finds nothing in a scenario that holds, and says how much it ran", async () => {
    const { scenarios, findings } = await run([ticking()]);
    expect(findings).toEqual([]);
    expect(scenarios).toHaveLength(1);
    expect(scenarios[0]).toMatchObject({ scenario: "ticking", ran: [[1, 4]] });
    expect(scenarios[0]?.tally).toMatchObject({ schedules: 3, virtualTime: 300_000 });
    expect(scenarios[0]?.tally.events).toBeGreaterThan(60);
  });

  it("reports every seed that breaks an invariant, and goes on", async () => {
    const broken = ticking({ name: "broken", brokenSeeds: ["2", "3"] });
    const report = await run([broken, ticking()], { seeds: 4 });
    expect(report.findings).toHaveLength(2);
    expect(report.findings[0]).toMatchObject({
      ...{ scenario: "broken", seed: "2", difference: undefined, events: 10 },
      violation: { invariant: "TICKS", message: "ten events are too many", step: 10 },
    });
    expect(report.findings[1]).toMatchObject({ scenario: "broken", seed: "3" });
    expect(countsOf(report)).toEqual([4, 4]);
  });

  it("ends with the first failure when it is told to, and counts nothing after it", async () => {
    const log: string[] = [];
    const broken = logged(log, { name: "broken", brokenSeeds: ["2", "3"] });
    const report = await run([logged(log, { name: "a" }), broken, logged(log, { name: "z" })], {
      ...{ seeds: 9, untilFailure: true },
    });
    expect(report.findings.map(({ seed }) => seed)).toEqual(["2"]);
    expect(countsOf(report)).toEqual([2, 2, 1]);
  });

  it("ends with the first seed that came to nothing too, and counts nothing after it", async () => {
    const scenario = ticking({ name: "broken", brokenSeeds: ["4"] });
    const plan: Scenario["plan"] = (seed) => {
      if (seed === "2") throw new TypeError("no such server");
      return scenario.plan(seed);
    };
    const report = await run([{ ...scenario, plan }], { seeds: 9, untilFailure: true });
    expect(report.casualties.map(({ seed }) => seed)).toEqual(["2"]);
    expect(report.findings).toEqual([]);
    expect(report.scenarios[0]?.ran).toEqual([[1, 3]]);
  });

  it("runs as many seeds as the time allows when their number is open", async () => {
    let left = 4;
    const isOver = () => left-- <= 0;
    const report = await run([ticking({ name: "a" }), ticking({ name: "b" })], {
      ...{ seeds: undefined, isOver },
    });
    expect(countsOf(report)).toEqual([2, 2]);
  });

  it("may end within a round", async () => {
    let left = 1;
    const isOver = () => left-- <= 0;
    const report = await run([ticking({ name: "a" }), ticking({ name: "b" })], { isOver });
    expect(countsOf(report)).toEqual([1, 0]);
  });

  it("tells the progress after every run", async () => {
    const told: string[] = [];
    const scenarios = [ticking({ name: "a", brokenSeeds: ["1"] }), ticking({ name: "b" })];
    await run(scenarios, {
      seeds: 2,
      onRun: (_, __, sum) => told.push(`${sum.schedules} of ${sum.toRun}: ${sum.findingCount}`),
    });
    expect(told).toEqual(["1 of 4: 1", "2 of 4: 1", "3 of 4: 1", "4 of 4: 1"]);
  });

  it("takes the seconds of each scenario's runs by themselves", async () => {
    let time = 0;
    const now = () => time++;
    const scenarios = [ticking({ name: "a" }), ticking({ name: "b", brokenSeeds: ["2"] })];
    const report = await run(scenarios, { seeds: 4, now });
    expect(report.scenarios.map((row) => row.seconds)).toEqual([4, 4]);
  });

  it("reports a seed whose plan cannot be drawn, and goes on", async () => {
    const scenario = ticking();
    const plan: Scenario["plan"] = (seed) => {
      if (seed === "2") throw new TypeError("no such server");
      return scenario.plan(seed);
    };
    const report = await run([{ ...scenario, plan }]);
    expect(report.casualties).toEqual([
      { scenario: "ticking", seed: "2", what: "threw", message: "no such server" },
    ]);
    expect(countsOf(report)).toEqual([2]);
    expect(report.scenarios[0]?.ran).toEqual([[1, 4]]);
  });

  it("goes on with what an earlier one has left, and ends as if it had never stopped", async () => {
    const scenarios = [ticking({ name: "a", brokenSeeds: ["2", "5"] }), ticking({ name: "b" })];
    let left = 5;
    const before = await run(scenarios, { seeds: 6, isOver: () => left-- <= 0 });
    expect(countsOf(before)).toEqual([3, 2]);
    expect(await run(scenarios, { seeds: 6, before })).toEqual(await run(scenarios, { seeds: 6 }));
  });
});

describe("the check of determinism", () => {
  it("runs one seed in twenty again, the first among them, and the last recorded", async () => {
    const { scenario, log } = spied(ticking());
    await run([scenario], { seeds: 201, from: 5 });
    expect(VERIFIED_ONE_IN).toBe(20);
    const again = log.filter((line, i) => line.startsWith("recorded") || line === log[i - 1]);
    const plainly = [5, 25, 45, 65, 85, 105, 125, 145, 165, 185].map((seed) => `run ${seed}`);
    expect(again).toEqual([...plainly, "recorded run 205"]);
    expect(log).toHaveLength(201 + 11);
  });

  it("records one seed in 200 when nobody knows which will be the last", async () => {
    const { scenario, log } = spied(ticking());
    let left = 401;
    await run([scenario], { seeds: undefined, isOver: () => left-- <= 0 });
    const recorded = log.filter((line) => line.startsWith("recorded"));
    expect(RECORDED_ONE_IN).toBe(200);
    expect(recorded).toEqual(["recorded run 200", "recorded run 400"]);
  });

  it("runs every failing seed again", async () => {
    const { scenario, log } = spied(ticking({ brokenSeeds: ["4"] }));
    await run([scenario], { seeds: 4 });
    expect(log.slice(-2)).toEqual(["run 4", "recorded run 4"]);
  });

  it("reports a scenario whose runs leave something behind", async () => {
    const { findings } = await run([leaking()]);
    // The first seed is run again, and the last.
    expect(findings.map(({ seed }) => seed)).toEqual(["1", "3"]);
    expect(findings[0]?.violation).toBeUndefined();
    expect(findings[0]?.difference?.summary).toMatch(
      /^fingerprint [0-9a-f]{16}, then [0-9a-f]{16}$/,
    );
  });

  it("reports a failing run that is not the same twice, as both", async () => {
    let runs = 0;
    const scenario = ticking({ brokenSeeds: ["1"] });
    const simulate: typeof scenario.simulate = (plan, observation) =>
      scenario.simulate(runs++ === 0 ? plan : { ...plan, seed: "2" }, observation);
    const { findings } = await run([{ ...scenario, simulate }], { seeds: 1 });
    expect(findings[0]?.violation?.invariant).toBe("TICKS");
    expect(findings[0]?.difference?.summary).toContain(
      "violation ten events are too many, then none",
    );
  });
});

/** All of a report but how long it took. */
const withoutTime = ({ scenarios, ...rest }: CampaignReport) => ({
  ...rest,
  scenarios: scenarios.map(({ seconds: _, ...row }) => row),
});

describe("a pool of workers", () => {
  const names = ["raft-initial-election", "raft-random-failures-property/swarm"];
  const scenarios = names.map((name) => ({ scenario: findScenario(name) }));
  const usual = { scenarios, from: 3, seeds: 8, isOver: () => false };

  const pooled = async (jobs: number): Promise<CampaignReport> => {
    const pool = new WorkerPool(scenarios, { worker: WORKER, loader: LOADER, jobs, runBudget: 60 });
    const report = await campaign({ ...usual, runner: pool });
    await pool.close();
    return report;
  };

  it("gives the report that this thread gives, whether it has one or two", async () => {
    const alone = withoutTime(await campaign({ ...usual, runner: inThisThread(scenarios) }));
    const [one, two] = [await pooled(1), await pooled(2)];
    expect(withoutTime(one)).toEqual(alone);
    expect(withoutTime(two)).toEqual(alone);
    expect(two.scenarios.every(({ seconds }) => seconds > 0)).toBe(true);
  });

  it("replaces a worker whose run has no end or that dies, and loses only that seed", async () => {
    const file = new URL("../support/deadly-scenario.ts", import.meta.url).pathname;
    const { deadly } = await import("../support/deadly-scenario.ts");
    const sources = [{ scenario: deadly, file }];
    const pool = new WorkerPool(sources, { worker: WORKER, loader: LOADER, jobs: 2, runBudget: 1 });
    const report = await campaign({ ...usual, scenarios: sources, from: 1, runner: pool });
    await pool.close();
    expect(report.casualties).toEqual([
      { scenario: "deadly", seed: "3", what: "hung", message: "no end after 1 s" },
      { scenario: "deadly", seed: "5", what: "died", message: expect.stringMatching(/terminated/) },
    ]);
    expect(countsOf(report)).toEqual([6]);
    expect(report.scenarios[0]?.ran).toEqual([[1, 9]]);
  });

  /** Some seeds of a scenario that ends its thread, with one worker. */
  const endingThreads = async (scenario: Scenario, seeds: number): Promise<CampaignReport> => {
    const file = new URL("../support/mortal-scenarios.ts", import.meta.url).pathname;
    const sources = [{ scenario, file }];
    const pool = new WorkerPool(sources, { worker: WORKER, loader: LOADER, jobs: 1, runBudget: 9 });
    const report = await campaign({ ...usual, scenarios: sources, from: 1, seeds, runner: pool });
    await pool.close();
    return report;
  };

  it("comes to its end when its one worker dies with the last seeds handed out", async () => {
    const { mortal } = await import("../support/mortal-scenarios.ts");
    const report = await endingThreads(mortal, 8);
    expect(report.casualties).toEqual([
      { scenario: "mortal", seed: "6", what: "died", message: expect.stringMatching(/terminated/) },
    ]);
    expect(countsOf(report)).toEqual([7]);
    expect(report.scenarios[0]?.ran).toEqual([[1, 9]]);
  });

  it("names every seed when all of them kill their worker", async () => {
    const { doomed } = await import("../support/mortal-scenarios.ts");
    const { casualties } = await endingThreads(doomed, 4);
    expect(casualties.map(({ seed }) => seed)).toEqual(["1", "2", "3", "4"]);
    expect(casualties.every(({ what }) => what === "died")).toBe(true);
  });

  it("begins nothing more when it is abandoned: what was not begun was not run", async () => {
    const { endless } = await import("../support/endless-scenario.ts");
    const file = new URL("../support/endless-scenario.ts", import.meta.url).pathname;
    const sources = [{ scenario: endless, file }];
    const pool = new WorkerPool(sources, { worker: WORKER, loader: LOADER, jobs: 1, runBudget: 1 });
    let isOver = false;
    const onRun = (): void => {
      isOver = true;
      pool.abandon();
    };
    const some = { scenarios: sources, from: 1, runner: pool, isOver: () => isOver, onRun };
    const report = await campaign({ ...usual, ...some });
    const shrinking = pool.shrink({ scenario: endless, file }, endless.plan("1"), 60);
    await expect(shrinking).rejects.toThrow("interrupted");
    await pool.close();
    // Another may have been begun when the first one came to its end.
    expect(report.casualties.length).toBeLessThanOrEqual(2);
    expect(report.scenarios[0]?.ran).toEqual([[1, 1 + report.casualties.length]]);
  });

  it("loses only seeds whose promises do not end or are rejected, with one worker", async () => {
    const file = new URL("../support/restless-scenario.ts", import.meta.url).pathname;
    const { restless } = await import("../support/restless-scenario.ts");
    const sources = [{ scenario: restless, file }];
    const pool = new WorkerPool(sources, { worker: WORKER, loader: LOADER, jobs: 1, runBudget: 1 });
    const report = await campaign({ ...usual, scenarios: sources, from: 1, runner: pool });
    await pool.close();
    expect(report.casualties).toEqual([
      { scenario: "restless", seed: "3", what: "hung", message: "no end after 1 s" },
      { scenario: "restless", seed: "5", what: "died", message: "nobody heard" },
    ]);
    expect(countsOf(report)).toEqual([6]);
  });

  it("finds what only shows in another process", async () => {
    const file = new URL("../support/homely-scenario.ts", import.meta.url).pathname;
    const { homely } = await import("../support/homely-scenario.ts");
    const sources = [{ scenario: homely, file }];
    const pool = new WorkerPool(sources, {
      worker: WORKER,
      loader: LOADER,
      jobs: 1,
      runBudget: 60,
    });
    const report = await campaign({ ...usual, scenarios: sources, seeds: 2, runner: pool });
    await pool.close();
    expect(report.findings).toHaveLength(1);
    const [{ seed, violation, difference }] = report.findings as [Finding];
    expect([seed, violation]).toEqual(["3", undefined]);
    expect(difference?.between).toEqual(["plain", "in another process"]);
    expect(difference?.leak?.place).toMatchObject({ host: "n1", kind: "start" });
  });
});
