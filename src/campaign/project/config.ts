// What a project keeps in stormglass.config.ts: the defaults of its command line.

import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkList, checkRecord, checkText } from "../../sim/check.ts";
import { didYouMean } from "../../sim/nearest.ts";
import { checkBudget, checkSpan } from "./span.ts";

/** Defaults of the command line, each for the flag of its name. A flag that is given wins. */
export interface Config {
  /**
   * What a campaign runs when no scenario is named, and what `list` shows: names of the catalogue,
   * files with scenarios, and folders with files `*.scenario.ts` (or `.mts`, `.js`, `.mjs`). Paths
   * are relative to the working directory.
   */
  readonly scenarios?: readonly string[];
  /** Seeds of each scenario; at least 1. */
  readonly seeds?: number;
  /** The first seed; at least 0. */
  readonly from?: number;
  /** Stop a campaign after this time, such as `30s` or `10m`. */
  readonly for?: string;
  /** Worker threads; at least 1. */
  readonly jobs?: number;
  /** Real time that one run may take, such as `30s`; `0`: as long as it likes. */
  readonly runBudget?: string;
  /** Real time to shrink each failing plan, such as `30s`. */
  readonly shrinkFor?: string;
  /** Reporters, each as on the command line: `text`, `junit=report.xml`. */
  readonly reporters?: readonly string[];
}

/** The config as it is, with its types checked where it is written. */
export function defineConfig(config: Config): Config {
  return config;
}

/** Checks the config of a file; throws a UsageError that names file, field and value. */
export function checkConfig(value: unknown, file: string): Config {
  const fields = checkRecord(value, file);
  for (const name of Object.keys(fields)) {
    if (Object.hasOwn(CHECKS, name)) continue;
    const known = Object.keys(CHECKS);
    const hint = didYouMean(name, known) || `, expected only ${known.join(", ")}`;
    throw new UsageError(`${file}: ${name}: unknown field${hint}`);
  }
  const given = Object.entries(CHECKS).filter(([name]) => fields[name] !== undefined);
  const checked = given.map(([name, check]) => [name, check(fields[name], `${file}: ${name}`)]);
  // The checks below are those of a Config's fields.
  return Object.fromEntries(checked) as Config;
}

const CHECKS: {
  readonly [Name in keyof Required<Config>]: (value: unknown, path: string) => unknown;
} = {
  scenarios: checkTexts,
  seeds: (value, path) => checkCount(value, path, 1),
  from: (value, path) => checkCount(value, path, 0),
  for: checkSpan,
  jobs: (value, path) => checkCount(value, path, 1),
  runBudget: checkBudget,
  shrinkFor: checkSpan,
  reporters: checkTexts,
};

function checkTexts(value: unknown, path: string): readonly string[] {
  return checkList(value, path).map((item, i) => checkText(item, `${path}[${i}]`));
}
