// What GitHub Actions shows: annotations from lines on the standard output, and a summary of the
// step in Markdown. Source: "Workflow commands for GitHub Actions".

import { countOf } from "../table.ts";
import {
  describeSeeds,
  describeTrouble,
  firstOf,
  replayCommand,
  type Shown,
  summaryOf,
  titleOf,
  troublesOf,
} from "./reporter.ts";

/** An annotation for each failure, a line each. */
export function githubAnnotations(shown: Shown): string {
  const failures = shown.kept.map((one) => {
    const { source } = firstOf(one);
    const file = source.file === undefined ? "" : `file=${property(source.file)},`;
    const text = `${summaryOf(one)}\n${replayCommand(one)}`;
    return `::error ${file}title=${property(titleOf(one))}::${data(text)}`;
  });
  const others = troublesOf(shown.outcome).map((trouble) => {
    // What is one line only is told once.
    const more = trouble.details === trouble.text ? "" : `\n${trouble.details}`;
    return `::error title=stormglass::${data(describeTrouble(trouble) + more)}`;
  });
  const notes = shown.notes.map((line) => `::error title=stormglass::${data(line)}`);
  return [...failures, ...others, ...notes].join("\n");
}

/** The summary of the step. */
export function githubSummary({ outcome, kept, notes }: Shown): string {
  const { summaries } = outcome;
  const schedules = summaries.reduce((sum, one) => sum + one.schedules, 0);
  const troubles = troublesOf(outcome);
  const count = kept.length + troubles.length;
  return [
    `### stormglass: ${count === 0 ? "held" : countOf(count, "finding")}`,
    "",
    `${countOf(schedules, "schedule")} of ${countOf(summaries.length, "scenario")}.`,
    ...(kept.length === 0
      ? []
      : ["", "| scenario | broke | seeds | replay |", "|---|---|---|---|"]),
    ...kept.map((one) => {
      const names = one.seen.map(({ source }) => source.scenario.name).join(", ");
      const cells = [names, one.invariant, describeSeeds(one), replayCommand(one)];
      return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    }),
    ...kept.flatMap(({ text }) => fenced(text)),
    ...troubles
      .filter(({ kind }) => kind === "difference")
      .flatMap(({ details }) => fenced(details)),
    ...(troubles.length + notes.length === 0
      ? []
      : ["", ...[...troubles.map(describeTrouble), ...notes].map((line) => `- ${line}`)]),
    "",
  ].join("\n");
}

function fenced(text: string): readonly string[] {
  return ["", "```", text.replaceAll("```", "'''"), "```"];
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
