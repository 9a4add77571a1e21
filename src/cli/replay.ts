import { runWithin, VERIFIED_BUDGETS, within } from "../campaign/budget.ts";
import { type Capsule, firstDivergence } from "../campaign/capsule/capsule.ts";
import { codeDifferences } from "../campaign/capsule/code.ts";
import { settled } from "../campaign/settle.ts";
import { differenceOf } from "../campaign/verify/in-process.ts";
import { VERSION } from "../campaign/version.ts";
import { type RunResult, run, type Scenario } from "../sim/scenario.ts";
import { formatTrace } from "../sim/trace.ts";
import { codeOfNow } from "./code.ts";
import { runBudgetOf } from "./config.ts";
import { ExitCode } from "./exit-code.ts";
import { describeFailure } from "./failure.ts";
import { readCapsule } from "./read-capsule.ts";

export interface ReplayOptions {
  readonly trace?: boolean;
  readonly runBudget?: string;
}

/** `stormglass replay <capsule>`: the same run again, or what makes it another one. */
export async function replay(path: string, options: ReplayOptions): Promise<ExitCode> {
  const { capsule, scenario } = await readCapsule(path);
  const budget = await runBudgetOf(options);
  const trace = options.trace === true;
  const result = runWithin(budget, scenario, capsule.plan, { trace });
  await settled(result, budget);
  // A violation at the end of a run, when it is one no longer, leaves the fingerprint as it was.
  const isSame =
    result.fingerprint === capsule.fingerprint &&
    result.violation?.invariant === capsule.violation.invariant;
  if (!isSame) {
    const seconds = budget * VERIFIED_BUDGETS;
    return within(seconds, () => explain(scenario, capsule, result, path));
  }
  const differences = codeDifferences(capsule, codeOfNow());
  if (differences.length > 0) {
    console.error(`the capsule is not of this very code: ${differences.join("; ")}`);
  }
  if (options.trace) console.log(formatTrace(result.trace));
  console.log(`the same run: fingerprint ${result.fingerprint}, ${result.steps} events`);
  console.log(describeFailure(scenario, result, { capsule: path, found: foundOf(capsule) }));
  return ExitCode.violated;
}

/** How a capsule's failure was found, if its plan is not as it was then. */
function foundOf({ found, shrunk }: Capsule): Capsule["found"] | undefined {
  return shrunk === undefined ? undefined : found;
}

/** The run is not the capsule's: is it the code, or chance? */
function explain(scenario: Scenario, capsule: Capsule, result: RunResult, path: string): ExitCode {
  const again = differenceOf(result, run(scenario, capsule.plan));
  if (again !== undefined) {
    console.error(`${scenario.name} is not deterministic: run twice, it gave ${again}`);
    return ExitCode.notDeterministic;
  }
  const { plan, checkpoints, violation, fingerprint, events } = capsule;
  const place = firstDivergence(scenario, plan, checkpoints);
  const found = result.violation?.message ?? "nothing broken";
  console.error(
    [
      "this code does not make the capsule's run:",
      `  capsule: fingerprint ${fingerprint}, ${events} events, ${violation.message}`,
      `  now:     fingerprint ${result.fingerprint}, ${result.steps} events, ${found}`,
      `  the capsule was made by stormglass ${capsule.version} on Node ${capsule.node}; ` +
        `this is stormglass ${VERSION} on Node ${process.version}`,
      ...describeCommits(capsule),
      place === undefined
        ? "  all checkpoints agree: the runs part at their very end"
        : `  the runs part between event ${place.after} and event ${place.by}`,
    ].join("\n"),
  );
  if (place !== undefined) {
    const { trace } = run(scenario, plan, { trace: true });
    const nearby = trace.filter(({ step }) => step > place.after && step <= place.by);
    console.error("  what now happens there begins with:");
    console.error(formatTrace(nearby.slice(0, 10)));
  }
  if (result.violation === undefined) {
    console.log("the plan holds now: what the capsule shows is broken no longer");
    return ExitCode.held;
  }
  console.log(describeFailure(scenario, result, { capsule: path }));
  return ExitCode.violated;
}

/** What is known of the capsule's commit and of this one, unless they are the same and clean. */
function describeCommits(capsule: Capsule): string[] {
  const now = codeOfNow();
  const { version, node } = now;
  const differences = codeDifferences({ ...capsule, version, node }, now);
  return differences.map((difference) => `  ${difference}`);
}
