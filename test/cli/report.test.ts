import { describe, expect, it } from "vitest";
import { type CampaignReport, campaign } from "../../src/campaign/campaign.ts";
import { formatAccount, formatReport, shortfalls } from "../../src/cli/report.ts";
import { formatCount, formatTable } from "../../src/cli/table.ts";
import type { Env } from "../../src/sim/env.ts";
import { oneWay } from "../../src/sim/faults/cuts-by-hand.ts";
import { ms } from "../../src/sim/time.ts";
import { ticking } from "../support/small-scenarios.ts";

const options = { from: 1, isOver: () => false, seconds: () => 0, onRun: () => {} };
const cellsOf = (report: CampaignReport): string[][] =>
  formatReport(report)
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));

describe("the report of a campaign", () => {
  const goal = { metric: "tick", atLeast: 1_000, atMost: 2_000, share: 0.9 };
  const demanding = ticking({ name: "demanding", expects: ["tick", "dawn"], goals: [goal] });
  const report = campaign([demanding], { ...options, seeds: 200 });

  it("names what nobody has seen, and goals that were missed", () => {
    expect(shortfalls(report)).toEqual([
      'demanding: in 200 schedules nobody has seen "dawn", as expected',
      "demanding: tick at least 1000 and at most 2000 in 90.0 % of the schedules, got 0.0 %",
    ]);
  });

  it("names kinds of fault that were planned and never had an effect", () => {
    // The only link that is cut carries nothing, as these servers do not talk.
    const cut = oneWay(["n1"], ["n2"]);
    const stop = { kind: "stop", hosts: ["n1"] } as const;
    const span = { at: ms(10), lasting: ms(20) };
    const faults = [
      { ...cut, ...span },
      { ...cut, at: ms(40), lasting: ms(1) },
      { ...stop, ...span },
    ];
    const idle = ticking({ name: "idle", faults });
    expect(shortfalls(campaign([idle], { ...options, seeds: 200 }))).toEqual([
      'idle: in 200 schedules no "oneWay" had any effect, of 400 planned and 400 begun',
    ]);
  });

  it("names kinds of fault that had an effect, or none were begun, where there is immunity", () => {
    const stop = { kind: "stop", hosts: ["n1"] } as const;
    const faults = [{ ...stop, at: ms(10), lasting: ms(20) }];
    const tough = ticking({ name: "tough", faults, immuneTo: ["stop"] });
    const tried = campaign([tough], { ...options, seeds: 200 });
    const claim = 'tough: in 200 schedules "stop" had an effect, and it is immune to that';
    expect(shortfalls(tried)).toEqual([`${claim}: 200, of 200 planned and 200 begun`]);
    const account = (injected: number) => {
      const stop = { offered: 300, injected, effective: 0 };
      return shortfalls({ ...tried, scenarios: [{ ...tried.scenarios[0]!, faults: { stop } }] });
    };
    expect(account(1)).toEqual([]);
    expect(account(0)).toEqual(['tough: in 200 schedules no "stop" was begun, of 300 planned']);
  });

  it("names armed sites that nobody reached", () => {
    const onTick = (env: Env<never>) => env.emit(env.buggify("hurry") ? "hurry" : "tick");
    const typo = ticking({ name: "typo", onTick, sites: ["hurry", "hury"] });
    const [line, ...rest] = shortfalls(campaign([typo], { ...options, seeds: 200 }));
    expect(line).toMatch(
      /^typo: in 200 schedules no "buggify hury" had any effect, of \d+ planned/,
    );
    expect(rest).toEqual([]);
  });

  it("demands nothing of too few schedules", () => {
    expect(shortfalls(campaign([demanding], { ...options, seeds: 199 }))).toEqual([]);
  });

  it("counts violations, shows no sum of one row, and no speed without time", () => {
    const broken = ticking({ name: "broken", brokenSeeds: ["2"] });
    const two = campaign([broken], { ...options, seeds: 9 });
    const events = String(two.scenarios[0]?.events);
    const [, ...rows] = cellsOf(two);
    expect(rows).toEqual([["broken", "2", events, "0 s", "-", "0 of 0", "1"]]);
  });

  it("shows how many of the planned faults had an effect, of all kinds together", () => {
    const faults = {
      crash: { offered: 1_000, injected: 900, effective: 800 },
      partition: { offered: 5, injected: 4, effective: 3 },
    };
    const scenarios = [{ ...report.scenarios[0]!, faults }];
    expect(cellsOf({ scenarios, findings: [] })[1]?.[5]).toBe("803 of 1,005");
  });

  it("adds up the account of faults by kind, in order of their names", () => {
    const stop = { offered: 1, injected: 1, effective: 0 };
    const crash = { offered: 1_000, injected: 900, effective: 800 };
    const scenarios = [{ stop, crash }, { crash }].map((faults) => ({
      ...report.scenarios[0]!,
      faults,
    }));
    const rows = formatAccount({ scenarios, findings: [] }).split("\n");
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ["fault", "planned", "begun", "bit"],
      ["crash", "2,000", "1,800", "1,600"],
      ["stop", "1", "1", "0"],
    ]);
    expect(formatAccount(report)).toBe("");
  });

  it("shows for each scenario the events/s of its own time, and of all their time together", () => {
    const row = report.scenarios[0]!;
    const scenarios = [
      { ...row, scenario: "a", events: 3_000_000, seconds: 2 },
      { ...row, scenario: "b", events: 1_000_000, seconds: 2 },
    ];
    const speeds = cellsOf({ scenarios, findings: [] }).map((cells) => cells[4]);
    expect(speeds).toEqual(["events/s", "1,500,000", "500,000", "1,000,000"]);
  });
});

describe("a table", () => {
  it("sets names to the left, figures to the right, and leaves no blanks behind", () => {
    const rows = [
      ["name", "count", "about"],
      ["a-1", "1,000", "First"],
      ["long-1", "7", "X"],
    ];
    expect(formatTable(rows)).toBe("name    count  about\na-1     1,000  First\nlong-1      7  X");
  });
});

describe("a count", () => {
  it.each([
    [0, "0"],
    [999, "999"],
    [1_000, "1,000"],
    [1_234_567.8, "1,234,568"],
  ])("%d is shown as %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });
});
