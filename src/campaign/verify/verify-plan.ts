import type { Plan } from "../../sim/plan.ts";
import type { Scenario } from "../../sim/scenario.ts";
import { runWithin, VERIFIED_BUDGETS, within } from "../budget.ts";
import { settled } from "../settle.ts";
import type { OutsideCall } from "./account.ts";
import type { Focus } from "./effect-log.ts";
import {
  type Difference,
  differenceOf,
  follow,
  type Outcome,
  PLAIN,
  verify,
} from "./in-process.ts";
import { type Leak, locating, type Side, type Trail } from "./locate.ts";
import type { Verifier } from "./verifier.ts";
import type { OutcomeElsewhere, ScenarioReference } from "./verifier-protocol.ts";

/** Whether one plan is the same run each time. */
export interface Verification {
  /** Events of the plain run. */
  readonly events: number;
  readonly difference: Difference | undefined;
  /** Calls of an env while no handler of its host ran: from promises, or real timers. */
  readonly outside: readonly OutsideCall[];
}

/** A scenario here, and how the verifier finds it. */
export interface Verified {
  readonly scenario: Scenario;
  readonly reference: ScenarioReference;
}

/**
 * Runs a plan three times, and compares: plainly, recorded and with frozen messages, and in the
 * other process. Where two runs part, they are made again, and what their programs do is compared.
 * Throws {@link OverBudget} when the plain run takes longer than so many real seconds, or others of
 * this thread many times as long, and {@link LeftBehind} for what is still at work after it.
 */
export async function verifyPlan(
  verified: Verified,
  plan: Plan,
  verifier: Verifier,
  secondsMax = Infinity,
): Promise<Verification> {
  // The other process works while this one does.
  const other = verifier.fingerprintOf(verified.reference, plan);
  // What is thrown here comes before what may be thrown there, which nobody awaits then.
  other.catch(() => {});
  const result = runWithin(secondsMax, verified.scenario, plan);
  await settled(result, secondsMax);
  const difference = within(secondsMax * VERIFIED_BUDGETS, () => verify(verified.scenario, result));
  if (difference === undefined) return compare(verified, result, await other, verifier);
  // A program that does something once in a process does it in one that is new.
  const leak = difference.leak ?? (await locateElsewhere(verified, result, verifier));
  const { outside } = await other;
  return { events: result.steps, difference: { ...difference, leak }, outside };
}

/** A run of this process, or of a thread of it, as plain data. */
export interface Compared extends Outcome {
  readonly plan: Plan;
}

/** Compares a run of this process with one in the verifier's process, recorded if asked for. */
export async function verifyElsewhere(
  verified: Verified,
  result: Compared,
  verifier: Verifier,
  isRecorded = false,
): Promise<Verification> {
  const other = await verifier.fingerprintOf(verified.reference, result.plan, isRecorded);
  return compare(verified, result, other, verifier);
}

async function compare(
  verified: Verified,
  result: Compared,
  other: OutcomeElsewhere,
  verifier: Verifier,
): Promise<Verification> {
  const summary = differenceOf(result, other);
  const found = { events: result.steps, outside: other.outside };
  if (summary === undefined) return { ...found, difference: undefined };
  const leak = await locateElsewhere(verified, result, verifier);
  const between = [PLAIN.name, ELSEWHERE] as const;
  return { ...found, difference: { between, summary, first: undefined, leak } };
}

const ELSEWHERE = "in another process";

/** A run that is made anywhere. */
interface AnySide extends Side {
  readonly follow: (focus: Focus) => Trail | Promise<Trail>;
}

/** Finds where a run here and one in another process part, in the verifier's or in a new one. */
async function locateElsewhere(
  { scenario, reference }: Verified,
  { plan, steps }: Compared,
  verifier: Verifier,
): Promise<Leak | undefined> {
  const here: AnySide = {
    name: PLAIN.name,
    follow: (focus) => follow(scenario, plan, { side: PLAIN, focus }),
  };
  const there: AnySide = {
    name: ELSEWHERE,
    follow: (focus) => verifier.follow(reference, plan, focus),
  };
  const anew: AnySide = {
    name: "in a new process",
    follow: async (focus) => {
      const fresh = verifier.fresh();
      try {
        return await fresh.follow(reference, plan, focus);
      } finally {
        fresh.close();
      }
    },
  };
  return (await search(here, there, steps)) ?? (await search(here, anew, steps));
}

async function search(a: AnySide, b: AnySide, events: number): Promise<Leak | undefined> {
  const search = locating(a, b, events);
  let asked = search.next();
  while (!asked.done) asked = search.next(await asked.value.side.follow(asked.value.focus));
  return asked.value;
}
