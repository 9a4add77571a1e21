import { plan, type RunResult, run, type Scenario } from "../sim/scenario.ts";
import type { Casualty, Finding } from "./report/finding.ts";
import { Tally, type TallyState } from "./report/tally.ts";
import { type Again, type Outcome, verifyAgain } from "./verify/in-process.ts";

/** What came of a seed, as plain data. */
export interface Examined {
  /** Of the one run; of none, if its plan could not be drawn or simulated. */
  readonly tally: TallyState;
  readonly finding: Finding | undefined;
  readonly casualty: Casualty | undefined;
  /** The run in short, to be compared with others of its plan. */
  readonly outcome: Outcome | undefined;
  /** Real time of the run, without a second one. */
  readonly seconds: number;
}

export interface ExamineOptions {
  /** How to run a plan again though it holds, if at all; one that fails is always run recorded. */
  readonly again: Again | undefined;
  /** Real seconds, from any beginning. */
  readonly seconds: () => number;
  /** Before the plan is run again. Default: nobody is told. */
  readonly onAgain?: () => void;
}

/** Draws the plan of a seed, runs it, and says what it has shown. */
export function examine(scenario: Scenario, seed: string, options: ExamineOptions): Examined {
  const tally = new Tally(scenario);
  const began = options.seconds();
  try {
    const result = run(scenario, plan(scenario, seed));
    const seconds = options.seconds() - began;
    tally.add(result);
    const finding = findingOf(scenario, seed, result, options);
    return {
      tally: tally.state,
      finding,
      casualty: undefined,
      outcome: outcomeOf(result),
      seconds,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const casualty = { scenario: scenario.name, seed, what: "threw", message } as const;
    return { ...lost(scenario), casualty };
  }
}

/** Of a seed that was not run to its end. */
export function lost(scenario: Scenario): Examined {
  const tally = new Tally(scenario).state;
  return { tally, finding: undefined, casualty: undefined, outcome: undefined, seconds: 0 };
}

function outcomeOf({ fingerprint, steps, violation }: RunResult): Outcome {
  if (violation === undefined) return { fingerprint, steps, violation };
  const { invariant, message } = violation;
  return { fingerprint, steps, violation: { invariant, message } };
}

function findingOf(
  scenario: Scenario,
  seed: string,
  result: RunResult,
  { again, onAgain }: ExamineOptions,
): Finding | undefined {
  const { fingerprint, steps: events, violation } = result;
  if (violation === undefined && again === undefined) return undefined;
  onAgain?.();
  const difference = verifyAgain(scenario, result, violation ? "recorded" : again);
  if (violation === undefined && difference === undefined) return undefined;
  const base = { scenario: scenario.name, seed, fingerprint, events, difference, outside: [] };
  if (violation === undefined) return { ...base, violation: undefined };
  const { invariant, message, at, step, host } = violation;
  return { ...base, violation: { invariant, message, at, step, host } };
}
