import { ExitCode } from "./exit-code.ts";
import { githubSummary } from "./reporters/github.ts";
import type { Shown } from "./reporters/reporter.ts";
import { troublesOf } from "./reporters/reporter.ts";
import type { ChosenReporter } from "./reporters/reporters.ts";
import { appendText, checkAppendable, checkWritable, writeText } from "./text-file.ts";

/** Whether all that `show` is to write could be written; throws a UsageError if not. */
export function checkShowable(reporters: readonly ChosenReporter[]): void {
  for (const { name, file } of reporters) {
    if (file !== undefined) checkWritable(file);
    const summary = summaryOf(name);
    if (summary !== undefined) checkAppendable(summary);
  }
}

/** Prints and writes what reporters make of a campaign, and says how it ended. */
export function show(shown: Shown, reporters: readonly ChosenReporter[]): ExitCode {
  for (const { name, reporter, file } of reporters) {
    const text = reporter(shown);
    if (file !== undefined) writeText(file, `${text}\n`);
    else if (text !== "") console.log(text);
    const summary = summaryOf(name);
    if (summary !== undefined) appendText(summary, githubSummary(shown));
  }
  return exitCodeOf(shown);
}

/** Where GitHub takes a job's summary from; undefined for other reporters, and elsewhere. */
function summaryOf(name: string): string | undefined {
  return (name === "github" && process.env.GITHUB_STEP_SUMMARY) || undefined;
}

function exitCodeOf({ outcome, kept, isInterrupted }: Shown): ExitCode {
  const troubles = troublesOf(outcome);
  if (troubles.some(({ kind }) => kind === "difference")) return ExitCode.notDeterministic;
  if (kept.length > 0 || troubles.length > 0) return ExitCode.violated;
  return isInterrupted ? ExitCode.interrupted : ExitCode.held;
}
