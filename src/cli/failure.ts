import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Capsule, takeCheckpoints } from "../campaign/capsule.ts";
import type { Finding } from "../campaign/finding.ts";
import { VERSION } from "../campaign/version.ts";
import { describeFault } from "../sim/fault.ts";
import type { Violation } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import { type RunResult, run, type Scenario } from "../sim/scenario.ts";
import { formatTime } from "../sim/time.ts";
import { formatTrace } from "../sim/trace.ts";

/** Where capsules are written, from the working directory. */
export const FAILURES = "failures";

/** So many faults and events are shown before a violation, of so many columns. */
const SHOWN_FAULTS = 12;
const SHOWN_EVENTS = 12;
const SHOWN_COLUMNS = 180;

/** What to print of a failing run: invariant, faults and events before it, and how to replay it. */
export function describeFailure(scenario: Scenario, result: RunResult, capsule: string): string {
  const { plan, violation } = result;
  if (violation === undefined) return "";
  const { invariant, at } = violation;
  return [
    `${scenario.name} broke ${invariant} at ${formatTime(at)}, seed ${plan.seed}`,
    `  ${violation.message}`,
    ...(violation.stack === undefined ? [] : [indent(violation.stack)]),
    "",
    ...faultsBefore(plan, violation),
    eventsBefore(scenario, plan, violation),
    "",
    `  replay it: npx stormglass replay ${capsule}`,
  ].join("\n");
}

/** What to print of a run that is not the same twice. */
export function describeDifference({
  scenario,
  seed,
  difference,
}: Pick<Finding, "scenario" | "seed" | "difference">): string {
  const lines = [`${scenario} is not deterministic, seed ${seed}`, `  ${difference?.summary}`];
  if (difference?.first !== undefined) {
    const [plain, recorded] = difference.first;
    lines.push("  the first difference is:");
    lines.push(`    plain:    ${plain}`, `    recorded: ${recorded}`);
  }
  return lines.join("\n");
}

/** The plan's faults that had begun, or waited to begin, and a blank line. */
function faultsBefore({ faults }: Plan, { at }: Violation): string[] {
  const before = faults.filter((fault) => fault.at <= at);
  if (before.length === 0) return [];
  const earlier = before.length - SHOWN_FAULTS;
  return [
    ...(earlier > 0 ? [`  … ${earlier} earlier faults`] : []),
    ...before.slice(-SHOWN_FAULTS).map((fault) => `  ${describeFault(fault)}`),
    "",
  ];
}

/** Runs the plan again with a trace, and shows its end. */
function eventsBefore(scenario: Scenario, plan: Plan, { step }: Violation): string {
  const { trace } = run(scenario, plan, { trace: true });
  const lines = formatTrace(trace.filter((entry) => entry.step > step - SHOWN_EVENTS));
  return lines.replaceAll(LONG_LINE, "$1…");
}

const LONG_LINE = new RegExp(`^(.{${SHOWN_COLUMNS - 1}}).{2,}$`, "gm");

/**
 * Writes the capsule of a failing run, or complains, and returns its path. `file` is where the
 * scenario was loaded from, if it is not of the catalogue.
 */
export function writeCapsule(scenario: Scenario, result: RunResult, file?: string): string {
  const { plan, fingerprint, steps, violation } = result;
  if (violation === undefined) throw new RangeError("only a failing run leaves a capsule");
  const { invariant, message, at, step } = violation;
  const capsule: Capsule = {
    kind: "stormglass capsule",
    version: VERSION,
    node: process.version,
    ...(file === undefined ? {} : { file }),
    plan,
    fingerprint,
    events: steps,
    violation: { invariant, message, at, step },
    checkpoints: takeCheckpoints(scenario, plan, steps),
  };
  // A seed is any text, and the path is to be pasted into a shell.
  const seed = plan.seed.replaceAll(/[^\w.-]/g, "_");
  const path = join(FAILURES, `${scenario.name.replaceAll("/", ".")}-${seed}.json`);
  try {
    mkdirSync(FAILURES, { recursive: true });
    writeFileSync(path, `${JSON.stringify(capsule, undefined, 1)}\n`);
  } catch (error) {
    // What was found is still to be reported, and the seed alone finds it again.
    console.error(`stormglass: ${path}: not written: ${(error as Error).message}`);
  }
  return path;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
