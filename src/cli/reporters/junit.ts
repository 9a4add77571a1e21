// JUnit XML as CI systems read it: a test case for each scenario.
// Source: the schema of Jenkins' xUnit plugin, junit-10.xsd.

import type { ScenarioReport } from "../../campaign/report/report.ts";
import type { TallySummary } from "../../campaign/report/tally.ts";
import { escapeMarkup } from "./markup.ts";
import { firstOf, replayCommand, type Shown, summaryOf, troublesOf } from "./reporter.ts";

/** The campaign as a test suite. */
export function junitReport(shown: Shown): string {
  const { outcome } = shown;
  const cases = outcome.summaries.map((summary, n) => {
    return testCase(shown, summary, outcome.report.scenarios[n]!);
  });
  const count = (tag: string): number => cases.filter((one) => one.includes(`<${tag} `)).length;
  const seconds = outcome.report.scenarios.reduce((sum, one) => sum + one.seconds, 0);
  const outcomes = `failures="${count("failure")}" errors="${count("error")}"`;
  const counts = `tests="${cases.length}" ${outcomes}`;
  const time = `time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="stormglass" ${counts} ${time}>`,
    `  <testsuite name="stormglass" ${counts} skipped="${count("skipped")}" ${time}>`,
    ...cases,
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

function testCase(
  { outcome, kept }: Shown,
  { scenario }: TallySummary,
  { ran, seconds }: ScenarioReport,
): string {
  const failures = kept.filter(({ seen }) =>
    seen.some((one) => one.source.scenario.name === scenario),
  );
  const troubles = troublesOf(outcome).filter((one) => one.scenario === scenario);
  const name = `name="${escapeMarkup(scenario)}" classname="stormglass"`;
  return [
    `    <testcase ${name} time="${seconds.toFixed(3)}">`,
    ...(ran.length === 0 ? ['      <skipped message="no time was left for it"/>'] : []),
    ...failures.map((one) => {
      const { name: first } = firstOf(one).source.scenario;
      // It is one failure, and told once; a case that has shown it has failed all the same.
      const text = first === scenario ? one.text : `the same as of ${first}`;
      return tag("failure", one.invariant, summaryOf(one), text);
    }),
    ...troubles.map(({ kind, text, details }) => {
      return tag(kind === "casualty" ? "error" : "failure", kind, text, details);
    }),
    ...(failures.length === 0
      ? []
      : [`      <system-out>${escapeMarkup(failures.map(replayCommand).join("\n"))}</system-out>`]),
    "    </testcase>",
  ].join("\n");
}

/** The message has no lines: readers of XML take a line's end in an attribute for a space. */
function tag(name: string, type: string, message: string, text: string): string {
  const attributes = `type="${escapeMarkup(type)}" message="${escapeMarkup(message)}"`;
  return `      <${name} ${attributes}>${escapeMarkup(text)}</${name}>`;
}
