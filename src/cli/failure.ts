import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  makeCapsule,
  type Origin,
  type RunSummary,
  type ShrunkSummary,
} from "../campaign/capsule/capsule.ts";
import { describeScript } from "../campaign/capsule/script.ts";
import { describeShrunk, describeShrunkRun, type Shrunk } from "../campaign/shrink/shrink.ts";
import { describeFault } from "../sim/fault.ts";
import type { Violation } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import { run, type Scenario } from "../sim/scenario.ts";
import { formatTime } from "../sim/time.ts";
import { formatTrace } from "../sim/trace.ts";
import { codeOfNow } from "./code.ts";
import { FAILURES } from "./failures.ts";

export { FAILURES } from "./failures.ts";

/** A script of up to so many lines is shown whole; of a longer one, the last faults. */
const SHOWN_SCRIPT = 24;
const SHOWN_FAULTS = 12;
/** So many events are shown before a violation, of so many columns. */
const SHOWN_EVENTS = 12;
const SHOWN_COLUMNS = 180;

/** What there is to print of a failing run besides what it shows itself. */
export interface FailureNotes {
  /** The path of its capsule. */
  readonly capsule: string;
  /** How it was found, if its plan has been shrunk since. */
  readonly found?: Origin | undefined;
  /** What else there is to note, a line each. */
  readonly notes?: readonly string[];
}

/**
 * What to print of a failing run: invariant, script, last events, what else there is to note, and
 * how to replay it. Of a shrunk plan's, first with which seed it was found, and when in that run.
 */
export function describeFailure(
  scenario: Scenario,
  { plan, violation }: Pick<RunSummary, "plan" | "violation">,
  { capsule, found, notes = [] }: FailureNotes,
): string {
  if (violation === undefined) return "";
  const head = `${scenario.name} broke ${violation.invariant}`;
  return [
    ...(found === undefined
      ? [`${head} at ${formatTime(violation.at)}, seed ${plan.seed}`]
      : [`${head}${foundAt(found)}`, `  ${describeShrunkRun(plan, violation)}`]),
    `  ${violation.message}`,
    ...(violation.stack === undefined ? [] : [indent(violation.stack)]),
    "",
    ...scriptBefore(plan, violation),
    eventsBefore(scenario, plan, violation),
    "",
    ...notes.map((note) => `  ${note}`),
    `  replay it: npx stormglass replay ${capsule}`,
  ].join("\n");
}

/** Capsules of earlier versions do not say when it was. */
function foundAt({ seed, at }: Origin): string {
  return at === undefined ? `, found with seed ${seed}` : ` at ${formatTime(at)}, seed ${seed}`;
}

/** What shrinking did, in a line. */
export function describeShrinking(shrunk: Shrunk): string {
  const { runs, isCut } = shrunk;
  const rest = isCut ? "; the time was up, there may be less" : "";
  return `shrunk in ${runs} runs: ${describeShrunk(shrunk)}${rest}`;
}

/** What of the plan had begun, or waited to begin, and a blank line. */
function scriptBefore(plan: Plan, { at }: Violation): string[] {
  const script = describeScript(plan, at);
  if (script.length === 0) return [];
  if (script.length <= SHOWN_SCRIPT) return [...script.map((line) => short(`  ${line}`)), ""];
  const faults = plan.faults.filter((fault) => fault.at <= at);
  const earlier = faults.length - SHOWN_FAULTS;
  const operations = script.length - faults.length;
  return [
    ...(earlier > 0 ? [`  … ${earlier} earlier faults`] : []),
    ...faults.slice(-SHOWN_FAULTS).map((fault) => `  ${describeFault(fault)}`),
    ...(operations > 0 ? [`  … and ${operations} operations`] : []),
    "",
  ];
}

/** Runs the plan again with a trace, and shows its end. */
function eventsBefore(scenario: Scenario, plan: Plan, { step }: Violation): string {
  const { trace } = run(scenario, plan, { trace: true });
  const lines = formatTrace(trace.filter((entry) => entry.step > step - SHOWN_EVENTS));
  return lines.split("\n").map(short).join("\n");
}

function short(line: string): string {
  return line.length <= SHOWN_COLUMNS ? line : `${line.slice(0, SHOWN_COLUMNS - 1)}…`;
}

/** What a capsule is to say and be called besides its run. */
export interface CapsuleWish {
  /** Default: the scenario and seed of the run itself. */
  readonly found?: Origin;
  readonly shrunk?: ShrunkSummary | undefined;
  /** Default: in the folder of failures, by scenario and seed. */
  readonly path?: string;
}

/** Writes the capsule of a failing run, or complains, and returns its path. */
export function writeCapsule(
  scenario: Scenario,
  result: RunSummary,
  { found, shrunk, path = pathFor(scenario, result.plan.seed) }: CapsuleWish = {},
): string {
  const capsule = makeCapsule(scenario, result, {
    code: codeOfNow(),
    found: found ?? { scenario: scenario.name, seed: result.plan.seed },
    shrunk,
    path,
  });
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${JSON.stringify(capsule, undefined, 1)}\n`);
  } catch (error) {
    // What was found is still to be reported, and the seed alone finds it again.
    console.error(`stormglass: ${path}: not written: ${(error as Error).message}`);
  }
  return path;
}

/** The path of a capsule in the folder of failures: `last` is a seed, or a signature's id. */
export function pathFor({ name }: Pick<Scenario, "name">, last: string): string {
  // Name and seed are any texts, and the path is to be pasted into a shell.
  const safe = `${name.replaceAll("/", ".")}-${last}`.replaceAll(/[^\w.-]/g, "_");
  return join(FAILURES, `${safe}.json`);
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
