import { appendFileSync } from "node:fs";
import { ExitCode } from "./exit-code.ts";
import { githubSummary } from "./reporters/github.ts";
import type { Shown } from "./reporters/reporter.ts";
import { troublesOf } from "./reporters/reporter.ts";
import type { ChosenReporter } from "./reporters/reporters.ts";
import { writeText } from "./text-file.ts";

/** Prints and writes what reporters make of a campaign, and says how it ended. */
export function show(shown: Shown, reporters: readonly ChosenReporter[]): ExitCode {
  for (const { name, reporter, file } of reporters) {
    const text = reporter(shown);
    if (file !== undefined) writeText(file, `${text}\n`);
    else if (text !== "") console.log(text);
    const summary = process.env.GITHUB_STEP_SUMMARY;
    if (name === "github" && summary) appendFileSync(summary, githubSummary(shown));
  }
  return exitCodeOf(shown);
}

function exitCodeOf({ outcome, kept, isInterrupted }: Shown): ExitCode {
  const troubles = troublesOf(outcome);
  if (troubles.some(({ kind }) => kind === "difference")) return ExitCode.notDeterministic;
  if (kept.length > 0 || troubles.length > 0) return ExitCode.violated;
  return isInterrupted ? ExitCode.interrupted : ExitCode.held;
}
