// Whether what a run has left behind comes to an end: promises, which no timer could interrupt.

import { createHook } from "node:async_hooks";
import type { RunResult } from "../sim/scenario.ts";

/** A run has left something behind that has no end, or that throws. */
export class LeftBehind extends Error {
  override readonly name = "LeftBehind";
  /** Whether it has no end: then who catches this can only end the process, at once. */
  readonly isEndless: boolean;

  constructor(message: string, isEndless: boolean) {
    super(message);
    this.isEndless = isEndless;
  }
}

/** Whose run it was, and what it broke. */
type Left = Pick<RunResult, "plan" | "violation">;

/**
 * Waits until the promises that a run has left behind have nothing to do; a run that keeps to `env`
 * leaves none. Throws {@link LeftBehind}, in one line, when they still have after so many real
 * seconds, as then nothing else will ever run in this thread, no timer and no end of the process;
 * and when one of them, or a timer of Node's, throws what nobody catches.
 */
export async function settled(left: Left, secondsMax: number): Promise<void> {
  const unheard = new Unheard();
  try {
    const isQuiet = await quiet(secondsMax);
    if (!isQuiet) throw endless(left, secondsMax);
    // What was rejected and not heard of is thrown before this.
    await new Promise<void>((resolve) => {
      nextTurn(resolve);
    });
  } finally {
    unheard.close();
  }
  unheard.judge(left);
}

/** Node's own, whatever a test puts in its place, as with `vi.useFakeTimers`. */
const nextTurn = setImmediate;
const now = performance.now.bind(performance);

function endless(left: Left, secondsMax: number): LeftBehind {
  const what = `the run is over, and a promise that it began has no end after ${secondsMax} s`;
  const whose = `${left.plan.scenario}: ${what}, seed ${left.plan.seed}${brokenBy(left)}`;
  return new LeftBehind(whose, true);
}

/** A handler that has returned a promise has broken something by that, with host and event. */
function brokenBy({ violation }: Left): string {
  if (violation === undefined) return "";
  return `; before that it broke ${violation.invariant}: ${violation.message}`;
}

/** Hears what promises and timers throw, and nobody else catches. */
class Unheard {
  readonly #thrown: unknown[] = [];
  readonly #onThrown = (error: unknown): number => this.#thrown.push(error);

  constructor() {
    for (const name of UNHEARD) process.on(name, this.#onThrown);
  }

  close(): void {
    for (const name of UNHEARD) process.off(name, this.#onThrown);
  }

  /** Throws what was heard first. */
  judge(left: Left): void {
    if (this.#thrown.length === 0) return;
    const what = "a promise or a timer that it began threw, and nobody caught it";
    const thrown = describe(this.#thrown[0]);
    throw new LeftBehind(
      `${left.plan.scenario}: ${what}, seed ${left.plan.seed}: ${thrown}${brokenBy(left)}`,
      false,
    );
  }
}

/** Of a rejection, the second tells only where nobody listens to the first. */
const UNHEARD = ["unhandledRejection", "uncaughtException"] as const;

/** What was thrown, and where. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [, place] = /^ +at (.*)$/m.exec(error.stack ?? "") ?? [];
  return place === undefined ? error.message : `${error.message} (at ${place})`;
}

/** Whether there comes a time when, turn after turn, nobody else is in the queue of microtasks. */
function quiet(secondsMax: number): Promise<boolean> {
  const seen = { isOwn: false, ownId: 0, others: 0 };
  const hook = createHook({
    init: (id) => {
      if (seen.isOwn) seen.ownId = id;
      else seen.others++;
    },
    before: (id) => {
      if (id !== seen.ownId) seen.others++;
    },
  });
  const began = now();
  let turns = 0;
  return new Promise((resolve) => {
    const take = (): void => {
      const isLate = now() - began > secondsMax * 1_000;
      turns = seen.others > 0 ? 0 : turns + 1;
      seen.others = 0;
      if (turns < QUIET_TURNS && !isLate) {
        seen.isOwn = true;
        queueMicrotask(take);
        seen.isOwn = false;
        return;
      }
      hook.disable();
      resolve(turns === QUIET_TURNS);
    };
    hook.enable();
    take();
  });
}

/** A promise that waits for others may pass a turn. */
const QUIET_TURNS = 10;
