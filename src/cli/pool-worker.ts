// A worker thread of the pool. Whatever it is given and gives is plain data.

import workerpool from "workerpool";
import { VERIFIED_BUDGETS } from "../campaign/budget.ts";
import { type Examined, examine, lost } from "../campaign/examine.ts";
import { shrinkFailure } from "../campaign/shrink/shrink-failure.ts";
import { BlockProgress } from "../campaign/workers/block-progress.ts";
import { BEGUN, type BlockSeed, type WorkerMethods } from "../campaign/workers/threads.ts";
import type { Scenario } from "../sim/scenario.ts";
import { loadScenario } from "./scenario-loader.ts";

const seconds = (): number => performance.now() / 1_000;

/**
 * What came of short runs is told together, every so many seconds: to wake another thread may cost
 * a tenth of such a run. If this thread ends before that, others run those seeds again.
 */
const TELL_EVERY = 0.025;

const methods: WorkerMethods = {
  examine: async (block, buffer) => {
    const progress = new BlockProgress(buffer);
    let done: Examined[] = [];
    let toldAt = seconds();
    for (const seed of block) {
      if (done.length > 0 && seconds() - toldAt >= TELL_EVERY) {
        workerpool.workerEmit(done);
        done = [];
        toldAt = seconds();
      }
      const scenario = await loadScenario(seed.source);
      if (!progress.begin()) break;
      done.push(await examineOne(scenario, seed, progress));
    }
    return done;
  },
  shrink: async (source, plan, secondsMax) => {
    const scenario = await loadScenario(source);
    workerpool.workerEmit(BEGUN);
    return shrinkFailure(scenario, plan, { secondsMax, seconds });
  },
};

/** Modules are loaded once: what they keep from run to run is found by running some plans twice. */
async function examineOne(
  scenario: Scenario,
  { seed, isAgain }: BlockSeed,
  progress: BlockProgress,
): Promise<Examined> {
  let isTwice = false;
  const onAgain = (): void => {
    isTwice = true;
    progress.enter(VERIFIED_BUDGETS);
  };
  const again = isAgain ? "plain" : undefined;
  const examined = examine(scenario, seed, { again, seconds, onAgain });
  // What they have left behind may take as long as a run.
  if (isTwice) progress.enter(1);
  const error = await settled();
  if (error === undefined) return examined;
  const message = error.message.split("\n", 1)[0]!;
  const casualty = { scenario: scenario.name, seed, what: "died", message } as const;
  return { ...lost(scenario), casualty };
}

/**
 * Waits for the promises that a run has left behind: one without an end shows here, with the seed
 * that began it, and what one threw that nobody heard of is returned.
 */
async function settled(): Promise<Error | undefined> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  return unheard.splice(0)[0];
}

/** What was thrown where nobody catches it: by a promise, or by a timer of Node's. */
const unheard: Error[] = [];

// A thread that ends while it has nothing to do would take the next run with it.
process.on("uncaughtException", (error: unknown) => {
  unheard.push(error instanceof Error ? error : new Error(String(error)));
});

workerpool.worker({ ...methods });
