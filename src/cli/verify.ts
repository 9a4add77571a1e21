import { VERIFIED_BUDGETS } from "../campaign/budget.ts";
import { drawPlan } from "../campaign/project/draw-plan.ts";
import { describeDifference } from "../campaign/verify/describe-difference.ts";
import { Verifier } from "../campaign/verify/verifier.ts";
import { type Verification, verifyPlan } from "../campaign/verify/verify-plan.ts";
import { checkText } from "../sim/check.ts";
import type { Plan } from "../sim/plan.ts";
import type { Scenario } from "../sim/scenario.ts";
import { parseCount } from "./arguments.ts";
import { runBudgetOf } from "./config.ts";
import { ExitCode } from "./exit-code.ts";
import { ProgressLine } from "./progress-line.ts";
import { readPlan } from "./read-capsule.ts";
import { resolveScenario } from "./scenarios.ts";
import { formatCount } from "./table.ts";
import { LOADER } from "./worker.ts";

export interface VerifyOptions {
  readonly seed?: string;
  readonly seeds?: string;
  /** A file with a plan, instead of seeds. */
  readonly plan?: string;
  readonly json?: boolean;
  readonly runBudget?: string;
}

/** So many seeds are verified if nobody says how many, or which one. */
const SEEDS = 20;

/** `stormglass verify <scenario>`: is a plan always the same run, and if not, why? */
export async function verify(name: string, options: VerifyOptions): Promise<ExitCode> {
  const { scenario, file } = await resolveScenario(name);
  const budget = await runBudgetOf(options);
  const plans = plansOf(scenario, options, budget);
  const verifier = new Verifier({ loader: LOADER.href, secondsMax: budget * VERIFIED_BUDGETS });
  const line = new ProgressLine();
  const began = performance.now();
  let [done, events] = [0, 0];
  try {
    for (const planned of plans) {
      const verified = { scenario, reference: { name: scenario.name, file } };
      const verification = await verifyPlan(verified, planned, verifier, budget);
      done++;
      events += verification.events;
      const { difference, outside } = verification;
      if (difference !== undefined || outside.length > 0) {
        line.clear();
        report(scenario, planned, verification, options);
        return ExitCode.notDeterministic;
      }
      line.show(() => `${done} of ${plans.length} plans verified`);
    }
  } finally {
    line.clear();
    verifier.close();
  }
  const seconds = (performance.now() - began) / 1_000;
  if (options.json) {
    console.log(JSON.stringify({ scenario: name, plans: done, events, finding: null }, null, 2));
  } else {
    console.log(
      [
        `${name}: ${done} ${done === 1 ? "plan is" : "plans are"} the same run each time`,
        `  ${formatCount(events)} events, each run plain, recorded and strict, and in another`,
        `  process with other surroundings; ${seconds.toFixed(1)} s`,
      ].join("\n"),
    );
  }
  return ExitCode.held;
}

function plansOf(scenario: Scenario, options: VerifyOptions, secondsMax: number): readonly Plan[] {
  if (options.plan !== undefined) {
    return [readPlan(scenario, options.plan)];
  }
  const { seed = "1", seeds } = options;
  if (seeds === undefined && options.seed !== undefined) {
    return [drawPlan(scenario, checkText(seed, "--seed"), secondsMax)];
  }
  const from = parseCount(seed, "--seed", 0);
  const count = seeds === undefined ? SEEDS : parseCount(seeds, "--seeds", 1);
  return Array.from({ length: count }, (_, i) => {
    return drawPlan(scenario, String(from + i), secondsMax);
  });
}

function report(
  scenario: Scenario,
  { seed }: Plan,
  { difference, outside }: Verification,
  options: VerifyOptions,
): void {
  if (!options.json) {
    console.log(describeDifference({ scenario: scenario.name, seed, difference, outside }));
    return;
  }
  const finding = { seed, difference: difference ?? null, outside };
  console.log(JSON.stringify({ scenario: scenario.name, finding }, undefined, 2));
}
