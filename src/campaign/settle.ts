// Whether what a run has left behind comes to an end: promises, which no timer could interrupt.

import { createHook } from "node:async_hooks";
import type { Plan } from "../sim/plan.ts";

/** A run has left something behind that has no end, or that throws. */
export class LeftBehind extends Error {
  override readonly name = "LeftBehind";
}

/**
 * Waits until the promises that a run has left behind have nothing to do; a run that keeps to `env`
 * leaves none. Throws {@link LeftBehind}, in one line, when they still have after so many real
 * seconds, as then nothing else will ever run in this thread, no timer and no end of the process;
 * and when one of them, or a timer of Node's, throws what nobody catches.
 */
export async function settled(
  { scenario, seed }: Pick<Plan, "scenario" | "seed">,
  secondsMax: number,
): Promise<void> {
  const unheard: unknown[] = [];
  const onThrown = (error: unknown): number => unheard.push(error);
  process.on("uncaughtException", onThrown);
  try {
    const isQuiet = await quiet(secondsMax);
    if (!isQuiet) {
      const what = `the run is over, and a promise that it began has no end after ${secondsMax} s`;
      throw new LeftBehind(`${scenario}: ${what}, seed ${seed}`);
    }
    // What was rejected and not heard of is thrown before this.
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  } finally {
    process.off("uncaughtException", onThrown);
  }
  if (unheard.length === 0) return;
  const what = "a promise or a timer that it began threw, and nobody caught it";
  throw new LeftBehind(`${scenario}: ${what}, seed ${seed}: ${describe(unheard[0])}`);
}

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
  const began = performance.now();
  let turns = 0;
  return new Promise((resolve) => {
    const take = (): void => {
      const isLate = performance.now() - began > secondsMax * 1_000;
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
