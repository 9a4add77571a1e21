import { runWithin, VERIFIED_BUDGETS, within } from "../campaign/budget.ts";
import { drawPlan } from "../campaign/project/draw-plan.ts";
import { describeBest } from "../campaign/report/assertions.ts";
import { settled } from "../campaign/settle.ts";
import { describeDifference } from "../campaign/verify/describe-difference.ts";
import { verify } from "../campaign/verify/in-process.ts";
import { historyLines } from "../histories/write-history.ts";
import { callsOf } from "../invariants/recorded-calls.ts";
import { UsageError } from "../sim/assert.ts";
import { checkText } from "../sim/check.ts";
import type { Percentiles } from "../sim/metrics.ts";
import type { RunResult, Scenario } from "../sim/scenario.ts";
import { formatTime } from "../sim/time.ts";
import { formatTrace } from "../sim/trace.ts";
import { runBudgetOf } from "./config.ts";
import { ExitCode } from "./exit-code.ts";
import { describeFailure, writeCapsule } from "./failure.ts";
import { readPlan } from "./read-capsule.ts";
import { resolveScenario } from "./scenarios.ts";
import { formatCount } from "./table.ts";
import { checkWritable, writeText } from "./text-file.ts";

export interface RunOptions {
  readonly seed?: string;
  /** A file with a plan, instead of a seed. */
  readonly plan?: string;
  readonly trace?: boolean;
  /** Where to write the history, as JSON lines. */
  readonly history?: string;
  readonly json?: boolean;
  readonly runBudget?: string;
}

/** `stormglass run <scenario>`: one plan, and what came of it. */
export async function run(name: string, options: RunOptions): Promise<ExitCode> {
  const { scenario, file } = await resolveScenario(name);
  const writeHistory = historyWriter(scenario, options.history);
  const budget = await runBudgetOf(options);
  const planned =
    options.plan === undefined
      ? drawPlan(scenario, checkText(options.seed ?? "1", "--seed"), budget)
      : readPlan(scenario, options.plan);
  const result = runWithin(budget, scenario, planned, { trace: options.trace === true });
  await settled(result, budget);
  writeHistory(result);
  const path =
    result.violation &&
    writeCapsule(scenario, result, {
      found: { scenario: scenario.name, seed: planned.seed, file },
    });
  if (options.json) {
    console.log(JSON.stringify(summarize(result, path), undefined, 2));
  } else {
    if (options.trace) console.log(formatTrace(result.trace));
    console.log(describe(result));
    if (path !== undefined)
      console.log(`\n${describeFailure(scenario, result, { capsule: path })}`);
  }
  if (result.violation === undefined) return ExitCode.held;
  const difference = within(budget * VERIFIED_BUDGETS, () => verify(scenario, result));
  if (difference === undefined) return ExitCode.violated;
  console.error(describeDifference({ scenario: scenario.name, seed: planned.seed, difference }));
  return ExitCode.notDeterministic;
}

/** Writes the history of a run to the file, if there is one; complains before the run. */
function historyWriter(
  { name, words }: Scenario,
  path: string | undefined,
): (result: RunResult) => void {
  if (path === undefined) return () => {};
  if (words === undefined) {
    throw new UsageError(`--history: expected a scenario that has words for it, got ${name}`);
  }
  checkWritable(path);
  return ({ history }) => {
    const lines = [...historyLines(callsOf(history, words))].map((line) => `${line}\n`);
    writeText(path, lines.join(""));
  };
}

/** The result of a run as JSON data. */
export function summarize(result: RunResult, capsule: string | undefined) {
  const { plan, fingerprint, steps, endedAt, violation, faults, metrics, evidence, history } =
    result;
  return {
    scenario: plan.scenario,
    seed: plan.seed,
    fingerprint,
    events: steps,
    endedAt,
    violation: violation ?? null,
    capsule: capsule ?? null,
    faults: Object.fromEntries(faults),
    metrics: metrics.summary(),
    assertions: evidence,
    emitted: Object.fromEntries(metrics.state.emitted),
    operations: history.entries.size,
    plan,
    ...(result.trace.length > 0 ? { trace: result.trace } : {}),
  };
}

/** The result of a run in a few lines. */
export function describe(result: RunResult): string {
  const { plan, fingerprint, steps, endedAt, violation, faults, metrics, evidence } = result;
  const verdict = violation === undefined ? "held" : `broke ${violation.invariant}`;
  const bits = [...faults].map(
    ([kind, { offered, effective }]) => `${kind} ${effective} of ${offered}`,
  );
  const summary = Object.entries(metrics.summary()).map(([name, value]) =>
    typeof value === "number"
      ? `  ${name}: ${value}`
      : `  ${name}: ${describePercentiles(value)} (${value.count})`,
  );
  return [
    `${plan.scenario} ${verdict}, seed ${plan.seed}`,
    `  ${formatCount(steps)} events in ${formatTime(endedAt)}, fingerprint ${fingerprint}`,
    ...(bits.length > 0 ? [`  faults that bit: ${bits.join(", ")}`] : []),
    ...summary,
    ...evidence.flatMap(({ name, kind, best }) => {
      return best === undefined ? [] : [`  ${kind} ${name}: ${describeBest(best)}`];
    }),
  ].join("\n");
}

/** Of fewer values, some of the percentiles would be the same one. */
const MANY = 20;

function describePercentiles({ count, p50, p90, p95, p99, max }: Percentiles): string {
  const between = count < MANY ? "" : `p90 ${p90}, p95 ${p95}, `;
  return `p50 ${p50}, ${between}p99 ${p99}, max ${max}`;
}
