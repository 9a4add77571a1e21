import { describe, expect, it } from "vitest";
import { campaign, inThisThread } from "../../../src/campaign/campaign.ts";
import { parseReport } from "../../../src/campaign/report/parse-report.ts";
import { type CampaignReport, CampaignSum } from "../../../src/campaign/report/report.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import { leaking, ticking } from "../../support/small-scenarios.ts";

const goals = [{ metric: "tick", atLeast: 1, share: 0.5 }];
const scenarios = [ticking({ brokenSeeds: ["2"], goals }), leaking()];
const sources = scenarios.map((scenario) => ({ scenario }));
const good = await campaign({
  ...{ scenarios: sources, from: 1, seeds: 3, isOver: () => false },
  runner: inThisThread(sources),
});

/** The report with another value at a path such as `findings.0.seed`. */
function changed(path: string, value: unknown): string {
  const report = JSON.parse(JSON.stringify(good));
  const fields = path.split(".");
  const last = fields.pop()!;
  fields.reduce((part, field) => part[field], report)[last] = value;
  return JSON.stringify(report);
}

/** Takes the text of a report in, as `merge` does. */
function take(text: string): CampaignReport {
  const report = parseReport(text, "r.json");
  const sum = new CampaignSum(sources, report);
  sum.merge(report, "r.json");
  return sum.report;
}

const place = { step: 1, at: 0, host: "n1", kind: "timer" };
const deed = { text: "sends", hash: 1, stack: "" };
const leak = {
  ...{ place, event: "timer on n1", kind: "effect", asked: [deed] },
  sides: ["plain", "recorded"].map((run) => ({ ...deed, run })),
};
const difference = { between: ["plain", "recorded"], summary: "fingerprint", leak };
const hung = { scenario: "ticking", seed: "1", what: "hung", message: "" };

describe("a report from a file", () => {
  it("is taken as it was written", () => {
    expect(good.findings.map(({ scenario, seed }) => [scenario, seed])).toEqual([
      ["ticking", "2"],
      ["leaking", "1"],
      ["leaking", "3"],
    ]);
    expect(take(JSON.stringify(good))).toEqual(good);
  });

  it.each([
    ["findings.0.difference", difference],
    ["findings.0.difference", { ...difference, leak: undefined, first: ["a", ""] }],
    ["findings.0.outside", [{ host: "n1", text: "sends", stack: "", begunBy: place }]],
    ["findings.0.outside", [{ host: "n1", text: "sends", stack: "" }]],
    ["casualties", [hung]],
  ])("may have %s as %j", (path, value) => {
    expect(take(changed(path, value))).toEqual(JSON.parse(changed(path, value)));
  });

  it.each([
    [
      "findings.0.scenario",
      "gone",
      'findings[0].scenario: expected a scenario of the report, got "gone"',
    ],
    ["findings.0.seed", "x", 'findings[0].seed: expected a seed of which ticking was run, got "x"'],
    [
      "findings.0.seed",
      "1e0",
      'findings[0].seed: expected a seed of which ticking was run, got "1e0"',
    ],
    ["findings.0.seed", "4", 'findings[0].seed: expected a seed of which ticking was run, got "4"'],
    [
      "findings.0.violation",
      undefined,
      "findings[0]: expected a violation, difference or outside, got none of them",
    ],
    ["findings.0.difference", {}, "findings[0].difference.between: expected a list, got nothing"],
    [
      "findings.0.difference",
      { ...difference, between: ["plain"] },
      "findings[0].difference.between[1]: expected a text, got nothing",
    ],
    [
      "findings.0.difference",
      { ...difference, leak: {} },
      "findings[0].difference.leak.place: expected an object, got nothing",
    ],
    [
      "findings.0.difference",
      { ...difference, leak: { ...leak, sides: [deed] } },
      "findings[0].difference.leak.sides[0].run: expected a text, got nothing",
    ],
    ["findings.0.outside", [{}], "findings[0].outside[0].host: expected a text, got nothing"],
    [
      "findings.0.outside",
      [{ ...deed, host: "n1", begunBy: {} }],
      "findings[0].outside[0].begunBy.step: expected a whole number of at least 0, got nothing",
    ],
    [
      "casualties",
      [{ ...hung, scenario: "gone" }],
      'casualties[0].scenario: expected a scenario of the report, got "gone"',
    ],
    [
      "casualties",
      [{ ...hung, seed: "9" }],
      'casualties[0].seed: expected a seed of which ticking was run, got "9"',
    ],
    [
      "scenarios.0.ran",
      [[0, 4]],
      "scenarios[0].ran[0][0]: expected a whole number in [1, 4], got 0",
    ],
    [
      "scenarios.0.ran",
      [[1, 5]],
      "scenarios[0].ran[0][1]: expected a whole number in [1, 4], got 5",
    ],
    [
      "scenarios.0.tally.values.tick.counts",
      [],
      'scenarios[0].tally.values["tick"].counts: expected at least one value, got none',
    ],
    [
      "scenarios.0.tally.met",
      [4],
      "scenarios[0].tally.met[0]: expected a whole number in [0, 3], got 4",
    ],
    [
      "scenarios.0.tally.met",
      [1, 1],
      "scenarios[0].tally.met: expected a number for each goal, 1, got 2",
    ],
    [
      "scenarios.0.tally.met",
      [],
      "scenarios[0].tally.met: expected a number for each goal, 1, got 0",
    ],
  ])("may not have %s as %j", (path, value, message) => {
    const text = changed(path, value);
    expect(() => take(text)).toThrow(new UsageError(`r.json.${message}`));
  });
});
