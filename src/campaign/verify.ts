import type { Plan } from "../sim/plan.ts";
import { type Observation, type RunResult, run, type Scenario } from "../sim/scenario.ts";
import { formatTrace, type TraceEntry } from "../sim/trace.ts";

/** Two runs of one plan that are not the same run. */
export interface Difference {
  /** What of the results differs: fingerprint, events, violation. */
  readonly summary: string;
  /** The first different event of the two traces, as lines; undefined when the traces agree. */
  readonly first: readonly [string, string] | undefined;
}

/**
 * Runs the plan once more, recorded and strict, and compares. Undefined when it is the same run.
 * A difference means that something besides the plan decides what happens.
 */
export function verify(scenario: Scenario, result: RunResult): Difference | undefined {
  const again = run(scenario, result.plan, RECORDED);
  const summary = differenceOf(result, again);
  if (summary === undefined) return undefined;
  return { summary, first: firstDifference(scenario, result.plan) };
}

const RECORDED: Observation = { record: true, strict: true };

/** What differs between two results of one plan, in words. */
export function differenceOf(a: RunResult, b: RunResult): string | undefined {
  const facts = (result: RunResult) => ({
    fingerprint: result.fingerprint,
    events: result.steps,
    violation: result.violation?.message ?? "none",
  });
  const [left, right] = [facts(a), facts(b)];
  const names = ["fingerprint", "events", "violation"] as const;
  const differing = names.filter((name) => left[name] !== right[name]);
  if (differing.length === 0) return undefined;
  return differing.map((name) => `${name} ${left[name]}, then ${right[name]}`).join("; ");
}

/** Runs a plan twice with traces, plainly and recorded, and finds where they part. */
function firstDifference(scenario: Scenario, plan: Plan): Difference["first"] {
  const plain = run(scenario, plan, { trace: true }).trace;
  const recorded = run(scenario, plan, { ...RECORDED, trace: true }).trace;
  for (let i = 0; i < Math.max(plain.length, recorded.length); i++) {
    const [left, right] = [lineOf(plain[i]), lineOf(recorded[i])];
    if (left !== right) return [left, right];
  }
  return undefined;
}

function lineOf(entry: TraceEntry | undefined): string {
  return entry === undefined ? "nothing more happens" : formatTrace([entry]).trim();
}
