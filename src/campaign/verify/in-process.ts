import type { Violation } from "../../sim/invariant.ts";
import type { Plan } from "../../sim/plan.ts";
import { type Observation, type RunResult, run, type Scenario } from "../../sim/scenario.ts";
import { formatTrace, type TraceEntry } from "../../sim/trace.ts";
import { EffectLog } from "./effect-log.ts";
import { type Leak, locating, type Question, type Side, type Trail } from "./locate.ts";

/** Two runs of one plan that are not the same run. */
export interface Difference {
  /** What kinds of runs they are: `plain`, `recorded and strict`, `in another process`. */
  readonly between: readonly [string, string];
  /** What of the results differs: fingerprint, events, violation. */
  readonly summary: string;
  /** The first different event of the two traces, as lines; undefined when the traces agree. */
  readonly first: readonly [string, string] | undefined;
  /** The event, and what programs did there; undefined when the runs did not part again. */
  readonly leak: Leak | undefined;
}

/** What is compared of a run. */
export interface Outcome extends Pick<RunResult, "fingerprint" | "steps"> {
  readonly violation: Pick<Violation, "invariant" | "message"> | undefined;
}

/** How a plan is run in this process to be compared. */
export const PLAIN: LocalSide = { name: "plain", how: {} };
export const RECORDED: LocalSide = {
  name: "recorded and strict",
  // Nobody looks at the states.
  how: { record: "drafts", strict: true },
};

/** A run in this process. */
export interface LocalSide extends Side {
  readonly how: Observation;
}

/**
 * Runs the plan once more in this process, recorded and strict, and compares. Undefined when it is
 * the same run. A difference means that something besides the plan decides what happens. It costs
 * one recorded run, and some more when there is a difference.
 */
export function verify(scenario: Scenario, result: RunResult): Difference | undefined {
  const again = run(scenario, result.plan, RECORDED.how);
  const summary = differenceOf(result, again);
  if (summary === undefined) return undefined;
  const first = firstDifference(scenario, result.plan);
  const between = [PLAIN.name, RECORDED.name] as const;
  return { between, summary, first, leak: locateHere(scenario, result) };
}

/** How a plan may be run again in this process. */
export type Again = "plain" | "recorded";

/**
 * As {@link verify}, or with a plain run, which costs no more than the first; where the two differ,
 * what is told is how a recorded one differs, if it does. Undefined as well when it is not to be
 * run again.
 */
export function verifyAgain(
  scenario: Scenario,
  result: RunResult,
  again: Again | undefined,
): Difference | undefined {
  if (again === undefined) return undefined;
  if (again === "recorded") return verify(scenario, result);
  const summary = differenceOf(result, run(scenario, result.plan));
  if (summary === undefined) return undefined;
  const between = [PLAIN.name, "plain again"] as const;
  return verify(scenario, result) ?? { between, summary, first: undefined, leak: undefined };
}

/** What differs between two results of one plan, in words. */
export function differenceOf(a: Outcome, b: Outcome): string | undefined {
  const facts = (result: Outcome) => ({
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

/** Finds where a plain run and a recorded one part. */
function locateHere(scenario: Scenario, { plan, steps }: RunResult): Leak | undefined {
  const search = locating(PLAIN, RECORDED, steps);
  let asked = search.next();
  while (!asked.done) asked = search.next(follow(scenario, plan, asked.value));
  return asked.value;
}

/** Runs a plan in this process, and notes what its programs do. */
export function follow(scenario: Scenario, plan: Plan, question: Question<LocalSide>): Trail {
  const { side, focus } = question;
  const log = new EffectLog(focus);
  run(scenario, plan, { ...side.how, witness: log });
  return log;
}

/** Runs a plan twice with traces, plainly and recorded, and finds where they part. */
function firstDifference(scenario: Scenario, plan: Plan): Difference["first"] {
  const plain = run(scenario, plan, { trace: true }).trace;
  const recorded = run(scenario, plan, { ...RECORDED.how, trace: true }).trace;
  for (let i = 0; i < Math.max(plain.length, recorded.length); i++) {
    const [left, right] = [lineOf(plain[i]), lineOf(recorded[i])];
    if (left !== right) return [left, right];
  }
  return undefined;
}

function lineOf(entry: TraceEntry | undefined): string {
  return entry === undefined ? "nothing more happens" : formatTrace([entry]).trim();
}
