import { UsageError } from "../../sim/assert.ts";
import { githubAnnotations } from "./github.ts";
import { htmlReport } from "./html.ts";
import { jsonReport } from "./json.ts";
import { junitReport } from "./junit.ts";
import type { Reporter } from "./reporter.ts";
import { textReport } from "./text.ts";

/** By the name that `--reporter` takes. */
export const REPORTERS: Readonly<Record<string, Reporter>> = {
  text: textReport,
  json: jsonReport,
  junit: junitReport,
  github: githubAnnotations,
  html: htmlReport,
};

/** A report to be made, and the file that it goes to; undefined: the standard output. */
export interface ChosenReporter {
  readonly name: string;
  readonly reporter: Reporter;
  readonly file: string | undefined;
}

/** What the command line says of reports. */
export interface ReporterOptions {
  /** Such as `junit=report.xml` or `text`. */
  readonly reporter?: readonly string[];
  readonly json?: boolean;
}

/** The reports to be made; throws a UsageError that names the option. */
export function chooseReporters({ reporter, json }: ReporterOptions): readonly ChosenReporter[] {
  if (json === true) return [choose("json")];
  const usual = process.env.GITHUB_ACTIONS === "true" ? ["text", "github"] : ["text"];
  return (reporter ?? usual).map(choose);
}

function choose(text: string): ChosenReporter {
  const [name = "", ...rest] = text.split("=");
  const reporter = Object.hasOwn(REPORTERS, name) ? REPORTERS[name] : undefined;
  if (reporter === undefined) {
    const known = Object.keys(REPORTERS).join(", ");
    throw new UsageError(`--reporter: expected one of ${known}, got "${name}"`);
  }
  const file = rest.length === 0 ? undefined : rest.join("=");
  if (file === "") throw new UsageError(`--reporter: expected a file after "${name}=", got none`);
  return { name, reporter, file };
}
