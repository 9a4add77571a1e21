// A campaign small enough for a test: one scenario, one thread, and a message for who reads it.

import { UsageError } from "../../sim/assert.ts";
import { checkCount } from "../../sim/check.ts";
import type { RunResult, Scenario } from "../../sim/scenario.ts";
import { OverBudget, runWithin, VERIFIED_BUDGETS, within } from "../budget.ts";
import { againOf } from "../campaign.ts";
import { shortfallsOf } from "../report/shortfalls.ts";
import { Tally } from "../report/tally.ts";
import { LeftBehind, settled } from "../settle.ts";
import { describeDifference } from "../verify/describe-difference.ts";
import { type Again, verifyAgain } from "../verify/in-process.ts";
import { drawPlan } from "./draw-plan.ts";
import { explain } from "./explain.ts";
import { shellWord } from "./shell-word.ts";

/** How a scenario is tested. */
export interface SimTestOptions {
  /** How many seeds are run, at least 1. From 200 on goals and expectations are judged as well. */
  readonly seeds: number;
  /** The first seed, a whole number; they are counted upwards. Default: 1. */
  readonly from?: number;
  /** Real milliseconds for all of `seeds`. Default: 1 minute, and 100 ms for each seed. */
  readonly timeout?: number;
}

/** What a test is to run. */
export interface SimTestPlan {
  /** A number is counted upwards from; a text is the only seed. */
  readonly first: number | string;
  readonly count: number;
  /** Real milliseconds. */
  readonly timeout: number;
}

/** What a test has of the world around it. */
export interface Surroundings {
  /** Ends the process at once, where a promise without an end lets nothing else run in it. */
  readonly giveUp: (complaint: string) => never;
  /** Real seconds, from any beginning. */
  readonly seconds: () => number;
}

/** What a test is to run, of options and environment; throws a UsageError. */
export function planTest(
  { seeds, from = 1, timeout }: SimTestOptions,
  environment: Readonly<Record<string, string | undefined>>,
): SimTestPlan {
  const { STORMGLASS_SEED: only, STORMGLASS_SEEDS: many } = environment;
  checkCount(seeds, "seeds", 1);
  const count = only ? 1 : many ? countOf(many, seeds) : seeds;
  const given = timeout ?? 60_000 + 100 * seeds;
  return {
    first: only || checkCount(from, "from", 0),
    count,
    timeout: Math.ceil(checkCount(given, "timeout", 1) * Math.max(1, count / seeds)),
  };
}

function countOf(text: string, seeds: number): number {
  const [, number, times] = /^([1-9]\d*)(x?)$/.exec(text) ?? [];
  if (number === undefined) {
    const expected = "expected a number of seeds such as 5000, or 10x";
    throw new UsageError(`STORMGLASS_SEEDS: ${expected}, got "${text}"`);
  }
  return Number(number) * (times === "x" ? seeds : 1);
}

/**
 * Runs the seeds, and says what there is to complain of, in lines; undefined: nothing. `name` is
 * that of the test.
 */
export async function judge(
  name: string,
  scenario: Scenario,
  { first, count, timeout }: SimTestPlan,
  { giveUp, seconds }: Surroundings,
): Promise<string | undefined> {
  const tally = new Tally(scenario);
  for (let n = 0; n < count; n++) {
    const seed = typeof first === "string" ? first : String(first + n);
    const again = againOf(n, count);
    const budget = { secondsMax: timeout / 1_000, seconds };
    const judged = await judgeSeed(scenario, seed, again, budget);
    if (!("complaint" in judged)) {
      tally.add(judged);
      continue;
    }
    const complaint = `${judged.complaint}\n\n  run it again: ${commandFor(seed, name)}`;
    return judged.isEndless ? giveUp(complaint) : complaint;
  }
  const summary = tally.summary();
  const shortfalls = summary.isJudged ? shortfallsOf(summary) : [];
  if (shortfalls.length === 0) return undefined;
  return [`${scenario.name} held, and proves too little:`, ...shortfalls].join("\n  ");
}

/** What there is to say of a seed that did not hold, or that has no end. */
interface Complaint {
  readonly complaint: string;
  /** Whether it has left a promise that still has no end. */
  readonly isEndless: boolean;
}

/** A run that held, or what there is to complain of; the event loop has a turn after it. */
async function judgeSeed(
  scenario: Scenario,
  seed: string,
  again: Again | undefined,
  { secondsMax, seconds }: { readonly secondsMax: number; readonly seconds: () => number },
): Promise<RunResult | Complaint> {
  const complain = (complaint: string, isEndless = false) => ({ complaint, isEndless });
  try {
    const result = runWithin(secondsMax, scenario, drawPlan(scenario, seed, secondsMax));
    await settled(result, secondsMax);
    const { violation } = result;
    // As in a campaign: who reads of a failure is to be able to see it again.
    const difference = within(secondsMax * VERIFIED_BUDGETS, () =>
      verifyAgain(scenario, result, violation ? "recorded" : again),
    );
    if (difference !== undefined) {
      return complain(describeDifference({ scenario: scenario.name, seed, difference }));
    }
    return violation === undefined ? result : complain(explain(scenario, result, seconds));
  } catch (error) {
    if (error instanceof OverBudget) return complain(error.message);
    if (error instanceof LeftBehind) return complain(error.message, error.isEndless);
    if (error instanceof UsageError) return complain(ofSeed(scenario, seed, error.message));
    throw error;
  }
}

/** What is wrong with a plan, and of which seed; it may begin with the name of the scenario. */
function ofSeed({ name }: Scenario, seed: string, message: string): string {
  const known = `its plan of seed "${seed}"`;
  const bare = message.startsWith(`${name}: `) ? message.slice(`${name}: `.length) : message;
  return `${name}, seed ${seed}: ${bare.replace(known, "its plan")}`;
}

/** The line for a shell: variables as POSIX has them. */
function commandFor(seed: string, name: string): string {
  // Vitest takes the name for a regular expression.
  const pattern = name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return `STORMGLASS_SEED=${shellWord(seed)} npx vitest run -t ${shellWord(pattern)}`;
}
