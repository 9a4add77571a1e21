import { describe, expect, it } from "vitest";
import { campaign, inThisThread } from "../../src/campaign/campaign.ts";
import { type Outcome, outcomeOf } from "../../src/campaign/report/outcome.ts";
import { shortfallsOf } from "../../src/campaign/report/shortfalls.ts";
import { githubAnnotations, githubSummary } from "../../src/cli/reporters/github.ts";
import { htmlReport } from "../../src/cli/reporters/html.ts";
import { jsonReport } from "../../src/cli/reporters/json.ts";
import { junitReport } from "../../src/cli/reporters/junit.ts";
import { firstOf, type KeptFailure, type Shown } from "../../src/cli/reporters/reporter.ts";
import { formatAccount, formatRuns, textReport } from "../../src/cli/reporters/text.ts";
import { formatCount, formatTable } from "../../src/cli/table.ts";
import type { Env } from "../../src/sim/env.ts";
import { oneWay } from "../../src/sim/faults/cuts-by-hand.ts";
import type { Scenario } from "../../src/sim/scenario.ts";
import { ms } from "../../src/sim/time.ts";
import { leaking, ticking } from "../support/small-scenarios.ts";

async function outcome(scenarios: readonly Scenario[], seeds: number): Promise<Outcome> {
  const sources = scenarios.map((scenario) => ({ scenario }));
  const runner = inThisThread(sources);
  const isOver = () => false;
  return outcomeOf(await campaign({ scenarios: sources, from: 1, seeds, runner, isOver }), sources);
}

const cellsOf = ({ report, summaries }: Pick<Outcome, "report" | "summaries">): string[][] =>
  formatRuns(report, summaries)
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));

const goal = { metric: "tick", atLeast: 1_000, atMost: 2_000, share: 0.9 };
const demanding = ticking({ name: "demanding", expects: ["tick", "dawn"], goals: [goal] });
const textsOf = ({ shortfalls }: Outcome): string[] => shortfalls.map(({ text }) => text);

describe("what a campaign demands of all runs of a scenario", () => {
  it("is seen in no run, or missed in too many", async () => {
    const { shortfalls } = await outcome([demanding], 200);
    expect(shortfalls).toEqual([
      { scenario: "demanding", text: 'in 200 schedules nobody has seen "dawn", as expected' },
      {
        scenario: "demanding",
        text: "tick at least 1000 and at most 2000 in 90.0 % of the schedules, got 0.0 %",
      },
    ]);
  });

  it("is that faults that were planned have an effect", async () => {
    // The only link that is cut carries nothing, as these servers do not talk.
    const cut = oneWay(["n1"], ["n2"]);
    const stop = { kind: "stop", hosts: ["n1"] } as const;
    const span = { at: ms(10), lasting: ms(20) };
    const faults = [
      { ...cut, ...span },
      { ...cut, at: ms(40), lasting: ms(1) },
      { ...stop, ...span },
    ];
    expect(textsOf(await outcome([ticking({ faults })], 200))).toEqual([
      'in 200 schedules no "oneWay" had any effect, of 400 planned and 400 begun',
    ]);
  });

  it("is that faults have none, and were begun, where there is immunity", async () => {
    const faults = [{ kind: "stop", hosts: ["n1"], at: ms(10), lasting: ms(20) } as const];
    const tough = ticking({ faults, immuneTo: ["stop"] });
    expect(textsOf(await outcome([tough], 200))).toEqual([
      'in 200 schedules "stop" had an effect, and it is immune to that: 200, ' +
        "of 200 planned and 200 begun",
    ]);
    const [summary] = (await outcome([tough], 200)).summaries;
    const account = (injected: number) => {
      const stop = { offered: 300, injected, effective: 0 };
      return shortfallsOf({ ...summary!, faults: { stop } });
    };
    expect(account(1)).toEqual([]);
    expect(account(0)).toEqual(['in 200 schedules no "stop" was begun, of 300 planned']);
  });

  it("is that armed sites are reached", async () => {
    const onTick = (env: Env<never>) => env.emit(env.buggify("hurry") ? "hurry" : "tick");
    const typo = ticking({ onTick, sites: ["hurry", "hury"] });
    const [line, ...rest] = textsOf(await outcome([typo], 200));
    expect(line).toMatch(/^in 200 schedules no "buggify hury" had any effect, of \d+ planned/);
    expect(rest).toEqual([]);
  });

  it("is nothing of too few schedules", async () => {
    expect(textsOf(await outcome([demanding], 199))).toEqual([]);
  });
});

describe("the table of runs", () => {
  it("counts violations, shows no sum of one row, and no speed without time", async () => {
    const two = await outcome([ticking({ name: "broken", brokenSeeds: ["2", "4"] })], 9);
    const events = String(two.summaries[0]?.events);
    const [, ...rows] = cellsOf(two);
    expect(rows).toEqual([["broken", "9", events, "1 s", "-", "0 of 0", "2"]]);
  });

  it("shows how many of the planned faults had an effect, of all kinds together", async () => {
    const { report, summaries } = await outcome([ticking()], 1);
    const faults = {
      crash: { offered: 1_000, injected: 900, effective: 800 },
      partition: { offered: 5, injected: 4, effective: 3 },
    };
    const cells = cellsOf({ report, summaries: [{ ...summaries[0]!, faults }] });
    expect(cells[1]?.[5]).toBe("803 of 1,005");
  });

  it("shows the events/s of each scenario's own time, and of all their time together", async () => {
    const { report, summaries } = await outcome([ticking()], 1);
    const rows = [3_000_000, 1_000_000].map((events) => ({ ...summaries[0]!, events }));
    const scenarios = rows.map(() => ({ ...report.scenarios[0]!, seconds: 2 }));
    const cells = cellsOf({ report: { ...report, scenarios }, summaries: rows });
    expect(cells.map((row) => row[4])).toEqual(["events/s", "1,500,000", "500,000", "1,000,000"]);
  });

  it("leaves out the scenarios of which nothing was run, and names some of them", async () => {
    const judged = await outcome([ticking(), ticking({ name: "other" })], 1);
    const [first, other] = judged.report.scenarios;
    const scenarios = [first!, { ...other!, ran: [] }];
    const report = { ...judged.report, scenarios };
    const shown = { kept: [], isInterrupted: false, notes: [] };
    const text = textReport({ ...shown, outcome: { ...judged, report } });
    expect(text).toContain("\nticking ");
    expect(text).not.toContain("\nother ");
    expect(text).toContain("\nnothing was run of 1 scenario: other");
  });

  it("has an account of faults by kind, in order of their names", () => {
    const stop = { offered: 1, injected: 1, effective: 0 };
    const crash = { offered: 1_000, injected: 900, effective: 800 };
    const rows = formatAccount([{ faults: { stop, crash } }, { faults: { crash } }]).split("\n");
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ["fault", "planned", "begun", "bit"],
      ["crash", "2,000", "1,800", "1,600"],
      ["stop", "1", "1", "0"],
    ]);
    expect(formatAccount([{ faults: {} }])).toBe("");
  });
});

/** A failure with markup in its words, a seed that threw, and two that are not the same twice. */
async function troubled(): Promise<Shown> {
  const broken = ticking({ name: 'a<b>&"c"', brokenSeeds: ["2", "3"] });
  const thrower = ticking({ name: "thrower" });
  const plan: Scenario["plan"] = (seed) => {
    if (seed === "3") throw new TypeError("no | such: server, at 100 %");
    return thrower.plan(seed);
  };
  const judged = await outcome([broken, { ...thrower, plan }, leaking(), ticking()], 3);
  const kept = judged.failures.map((failure) => {
    const { source, invariant, property, findings } = failure;
    return {
      ...{ invariant, property, seen: [{ source, findings, unshrunk: [] }] },
      ...{ signature: undefined, shrunk: undefined, capsule: "failures/a.json" },
      text: "broke TICKS\n  ten <events> & more",
    };
  });
  return { outcome: judged, kept, isInterrupted: false, notes: [] };
}

/** Where the runs of the leaking scenario's first seed part: host and event. */
const PARTS =
  "seed 1 is not the same run twice: " +
  "the runs part at event #3 at 6 ms on n1 (timer): timer tick on n1";

describe("a report of troubles", () => {
  it("as text names each once, with the seeds of a failure", async () => {
    const text = textReport(await troubled());
    expect(text).toContain("\nbroke TICKS\n  ten <events> & more");
    expect(text).toContain("thrower: seed 3 threw: no | such: server, at 100 %");
    expect(text).toContain("\n  run it alone: npx stormglass run thrower --seed 3\n");
    expect(text.match(/is not deterministic, seed 1/g)).toHaveLength(1);
    expect(textReport({ ...(await troubled()), isInterrupted: true })).toContain("interrupted");
  });

  it("as JSON has all of it", async () => {
    const json = JSON.parse(jsonReport(await troubled()));
    expect(json.failures).toEqual([
      expect.objectContaining({
        ...{ scenario: 'a<b>&"c"', invariant: "TICKS", seeds: ["2", "3"] },
        ...{ capsule: "failures/a.json", replay: "npx stormglass replay failures/a.json" },
      }),
    ]);
    expect(json.casualties).toHaveLength(1);
    expect(json.differences).toHaveLength(2);
    expect(json.scenarios).toHaveLength(4);
  });

  it("as JUnit XML has a case for each scenario, with nothing that is no XML", async () => {
    const xml = junitReport(await troubled());
    expect(xml).toContain('<testsuites name="stormglass" tests="4" failures="2" errors="1"');
    expect(xml).toContain('<testcase name="a&lt;b&gt;&amp;&quot;c&quot;" classname="stormglass"');
    const failure =
      'type="TICKS" message="ten events are too many (found with seed 2 at 26 ms; 2 seeds: 2, 3)"';
    expect(xml).toContain(
      `<failure ${failure}>broke TICKS\n  ten &lt;events&gt; &amp; more</failure>`,
    );
    expect(xml).toContain(
      '<error type="casualty" message="seed 3 threw: no | such: server, at 100 %">',
    );
    expect(xml).toContain(
      `<failure type="difference" message="${PARTS}">leaking is not deterministic, seed 1\n`,
    );
    expect(xml).toMatch(/\n {4}recorded and strict: emit tick \{ticks: \d+\}\n/);
    const balance = (tag: string) => [...xml.matchAll(new RegExp(tag, "g"))].length;
    expect(balance("<testcase ")).toBe(balance("</testcase>"));
    expect(xml.replaceAll(/<[^<>]*>/g, "")).not.toMatch(/[<>]/);
  });

  it("as JUnit XML has the first line of a message as attribute, and all as text", async () => {
    const shown = await troubled();
    const [one] = shown.kept as [KeptFailure];
    const { source, finding } = firstOf(one);
    const violation = { ...finding.violation, message: "two writes\n  a\n  b" };
    const seen = [{ source, findings: [{ ...finding, violation }], unshrunk: [] }];
    const kept = [{ ...one, seen, text: violation.message }];
    const xml = junitReport({ ...shown, kept });
    expect(xml).toContain(
      'message="two writes (found with seed 2 at 26 ms)">two writes\n  a\n  b</failure>',
    );
    expect(xml).not.toMatch(/="[^"<>]*\n/);
  });

  it("as JUnit XML skips a scenario only if no seed of it was run, to whatever end", async () => {
    const thrower = ticking({ name: "thrower" });
    const plan: Scenario["plan"] = () => {
      throw new TypeError("no such server");
    };
    const judged = await outcome([{ ...thrower, plan }], 2);
    const thrown = { outcome: judged, kept: [], isInterrupted: false, notes: [] };
    expect(junitReport(thrown)).toContain('errors="1" skipped="0"');
    expect(junitReport(thrown)).not.toContain("<skipped");
    const scenarios = judged.report.scenarios.map((row) => ({ ...row, ran: [] }));
    const report = { ...judged.report, scenarios, casualties: [] };
    const unrun = junitReport({ ...thrown, outcome: { ...judged, report } });
    expect(unrun).toContain('errors="0" skipped="1"');
  });

  it("as annotations has a line for each, in GitHub's escapes", async () => {
    const lines = githubAnnotations(await troubled()).split("\n");
    expect(lines).toEqual([
      '::error title=a<b>&"c" broke TICKS::ten events are too many ' +
        "(found with seed 2 at 26 ms; 2 seeds: 2, 3)%0A" +
        "npx stormglass replay failures/a.json",
      "::error title=stormglass::thrower: seed 3 threw: no | such: server, at 100 %25",
      expect.stringContaining(`::error title=stormglass::leaking: ${PARTS}%0Aleaking is not det`),
      expect.stringMatching(
        /^::error title=stormglass::leaking: seed 3 is not the same run twice: /,
      ),
    ]);
    const summary = githubSummary(await troubled());
    expect(summary).toContain("### stormglass: 4 findings");
    expect(summary).toContain(`\n- leaking: ${PARTS}\n`);
    expect(summary).toContain("\n```\nleaking is not deterministic, seed 1\n");
  });

  it("as one page has every failure, and no markup of theirs", async () => {
    const page = htmlReport(await troubled());
    expect(page).toContain("<h2>a&lt;b&gt;&amp;&quot;c&quot; broke TICKS</h2>");
    expect(page).toContain("<code>npx stormglass replay failures/a.json</code>");
    expect(page).not.toMatch(/src=|href=/);
    expect(page).toContain(`<h2>leaking is not deterministic</h2>\n<p>${PARTS}</p>`);
    expect(page).toMatch(/ {4}plain: +emit tick \{ticks: \d+\}\n/);
  });
});

/** The failure of {@link troubled}, seen in another scenario too, with seeds not shrunk. */
async function seenTwice(): Promise<Shown> {
  const shown = await troubled();
  const [one] = shown.kept as [KeptFailure];
  const [sighting] = one.seen;
  const [finding, other] = sighting!.findings;
  const source = { scenario: ticking({ name: "ticking" }) };
  const seen = [
    { ...sighting!, findings: [finding!], unshrunk: [other!] },
    { source, findings: [finding!, other!], unshrunk: [] },
  ];
  return { ...shown, kept: [{ ...one, seen, shrunk: { seed: "71", at: ms(7) } }] };
}

describe("a report of one failure in two scenarios, shrunk in part", () => {
  const seeds = '3 seeds of 2 scenarios: a<b>&"c" 2; ticking 2, 3; and 1 more seed breaks it';

  it("as JSON has it once, with the seeds of each, and those not shrunk", async () => {
    const { failures } = JSON.parse(jsonReport(await seenTwice()));
    expect(failures).toEqual([
      expect.objectContaining({
        found: { seed: "2", at: expect.any(Number) },
        shrunk: { seed: "71", at: 7_000 },
        seenIn: [
          { scenario: 'a<b>&"c"', seeds: ["2"], unshrunk: ["3"] },
          { scenario: "ticking", seeds: ["2", "3"], unshrunk: [] },
        ],
      }),
    ]);
  });

  it("as annotations has one line, which says of which run each time and seed is", async () => {
    const [line] = githubAnnotations(await seenTwice()).split("\n");
    expect(line).toContain('title=a<b>&"c" and 1 more scenario broke TICKS::');
    expect(line).toMatch(/::ten events are too many \(found with seed 2 at 26 ms; 3 seeds of /);
    expect(line).toContain(`${seeds}, not shrunk)`);
    expect(line).toContain("; its shrunk plan breaks it at 7 ms, with seed 71%0A");
    const summary = githubSummary(await seenTwice());
    expect(summary).toContain("### stormglass: 4 findings");
    expect(summary).toContain(`| a<b>&"c", ticking | TICKS | ${seeds}, not shrunk |`);
  });

  it("as JUnit XML tells it in full in the first case, and names that in the other", async () => {
    const xml = junitReport(await seenTwice());
    expect(xml.match(/ten &lt;events&gt; &amp; more<\/failure>/g)).toHaveLength(1);
    expect(xml).toMatch(
      /type="TICKS" message="[^"]*">the same as of a&lt;b&gt;&amp;&quot;c&quot;</,
    );
    // Its two cases, and that of what is not the same twice.
    expect(xml).toContain('failures="3"');
  });

  it("as one page has one section", async () => {
    const page = htmlReport(await seenTwice());
    expect(page.match(/broke TICKS<\/h2>/g)).toHaveLength(1);
    expect(page).toContain(" and 1 more scenario broke TICKS</h2>");
    expect(page).toContain("ticking 2, 3; and 1 more seed breaks it, not shrunk)");
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
