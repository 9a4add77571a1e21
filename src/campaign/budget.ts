// A bound on the real time of what runs in this thread, which no timer could interrupt.

import { createContext, Script } from "node:vm";
import type { Env } from "../sim/env.ts";
import type { World } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import { type Observation, plan, type RunResult, run, type Scenario } from "../sim/scenario.ts";
import { formatTime } from "../sim/time.ts";
import { formatTrace } from "../sim/trace.ts";
import type { Witness } from "../sim/witness.ts";

/** Something took longer than it may. */
export class OverBudget extends Error {
  override readonly name = "OverBudget";
}

/** What is verified is recorded, which takes many times as long as a plain run. */
export const VERIFIED_BUDGETS = 20;

/**
 * Calls a function, and throws {@link OverBudget} when it does not return within so many real
 * seconds; Infinity: whenever it returns. V8 ends it wherever it is: no `catch` and no `finally` of
 * its own runs, so what it was changing is not to be used any more. Promises are not waited for.
 */
export function within<Result>(seconds: number, act: () => Result): Result {
  if (seconds === Infinity) return act();
  const returned: Result[] = [];
  const room = createContext({ act: () => returned.push(act()) });
  const timeout = Math.min(Math.ceil(seconds * 1_000), TIMEOUT_MAX);
  try {
    new Script("act()").runInContext(room, { timeout, displayErrors: false });
  } catch (error) {
    if (!isTimeout(error)) throw error;
    throw new OverBudget(`no end after ${seconds} s`);
  }
  return returned[0]!;
}

/**
 * The plan of a seed, whatever the scenario throws; throws {@link OverBudget} in one line when it
 * takes longer than so many real seconds to be drawn.
 */
export function planWithin(seconds: number, scenario: Scenario, seed: string): Plan {
  try {
    return within(seconds, () => plan(scenario, seed));
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    throw new OverBudget(`${scenario.name}: its plan of seed "${seed}" has ${error.message}`);
  }
}

/** Runs a plan, and throws {@link OverBudget} in one line, with the event that has no end. */
export function runWithin(
  seconds: number,
  scenario: Scenario,
  plan: Plan,
  options: Observation = {},
): RunResult {
  let stepsNow = (): number | undefined => undefined;
  const watched: Scenario = {
    ...scenario,
    simulate: (...args) => {
      const simulation = scenario.simulate(...args);
      stepsNow = () => simulation.steps;
      return simulation;
    },
  };
  try {
    return within(seconds, () => run(watched, plan, options));
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    const place = describeLast(scenario, plan, { steps: stepsNow(), seconds });
    throw new OverBudget(`${plan.scenario}: ${error.message}, seed ${plan.seed}: ${place}`);
  }
}

/** The last event that a run has begun: it is run again up to there, which it is known to reach. */
function describeLast(
  scenario: Scenario,
  plan: Plan,
  { steps, seconds }: { readonly steps: number | undefined; readonly seconds: number },
): string {
  if (steps === undefined) return "it has not begun: its files or its invariants are never made";
  const last = new LastEvent();
  const simulation = scenario.simulate(plan, { witness: last });
  const reach = (step: number): void => {
    while (simulation.steps < step && simulation.step(plan.horizon));
  };
  // Watched, it takes a little longer than before.
  if (!hasEnd(2 * seconds, () => reach(steps - 1))) return standing(last, plan);
  if (!hasEnd(Math.min(seconds, LAST_EVENT_SECONDS), () => reach(steps))) {
    const what = last.isPlayed ? "at this event an invariant has no end" : "this event has no end";
    return `${what}: ${last.describe()}`;
  }
  const stands = standing(last, plan);
  let isOver = false;
  const goOn = (): void => {
    isOver = !simulation.step(plan.horizon);
  };
  if (!hasEnd(LAST_EVENT_SECONDS, goOn) || !isOver) return stands;
  return `its events are over, and an invariant has no end: ${stands}`;
}

/** How far it came. */
function standing(last: LastEvent, { horizon }: Plan): string {
  return `it was at event ${last.describe()}, of ${formatTime(horizon)}`;
}

/** Remembers the event that is played. */
class LastEvent implements Witness {
  /** Whether its handler has returned. */
  isPlayed = false;
  #world: World | undefined;

  lend<Message>(env: Env<Message>): Env<Message> {
    return env;
  }

  attend(world: World, play: () => void): void {
    this.#world = world;
    this.isPlayed = false;
    try {
      play();
    } finally {
      // Not when it is ended from outside.
      this.isPlayed = true;
    }
  }

  /** As a line of a trace. */
  describe(): string {
    if (this.#world === undefined) return "none";
    const { step, now: at, event } = this.#world;
    const { kind, payload, from: peer } = event;
    const entry = { step, at, host: event.host?.id, kind, payload, peer, note: undefined };
    const line = formatTrace([entry]).trim().replaceAll(/\s+/g, " ");
    return line.length <= LINE_MAX ? line : `${line.slice(0, LINE_MAX - 1)}…`;
  }
}

/** A message may be large. */
const LINE_MAX = 180;

function hasEnd(seconds: number, act: () => void): boolean {
  try {
    within(seconds, act);
    return true;
  } catch (error) {
    if (!(error instanceof OverBudget)) throw error;
    return false;
  }
}

/** By then an event that ends at all has ended. */
const LAST_EVENT_SECONDS = 2;

/** The longest that a timeout of Node's may be, in milliseconds. */
const TIMEOUT_MAX = 2 ** 31 - 1;

function isTimeout(error: unknown): boolean {
  // An error of the room, and not of this realm.
  return typeof error === "object" && error !== null && Reflect.get(error, "code") === TIMED_OUT;
}

const TIMED_OUT = "ERR_SCRIPT_EXECUTION_TIMEOUT";
