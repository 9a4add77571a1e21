// A worker thread of the pool. Whatever it is given and gives is plain data.

import workerpool from "workerpool";
import { examine } from "../campaign/examine.ts";
import { AGAIN, BEGUN, SETTLING, type WorkerMethods, type WorkerSource } from "../campaign/pool.ts";
import { shrinkFailure } from "../campaign/shrink/shrink-failure.ts";
import type { Scenario } from "../sim/scenario.ts";
import { loadScenario } from "./scenario-loader.ts";

const seconds = (): number => performance.now() / 1_000;

const methods: WorkerMethods = {
  examine: async (source, seed, isAgain) => {
    let isTwice = false;
    const onAgain = (): void => {
      isTwice = true;
      workerpool.workerEmit(AGAIN);
    };
    const again = isAgain ? "plain" : undefined;
    const examined = examine(await begin(source), seed, { again, seconds, onAgain });
    if (isTwice) workerpool.workerEmit(SETTLING);
    await settled();
    return examined;
  },
  shrink: async (source, plan, secondsMax) => {
    return shrinkFailure(await begin(source), plan, { secondsMax, seconds });
  },
};

/**
 * Waits for the promises that a run has left behind: one without an end shows here, with the seed
 * that began it, and one that was rejected and that nobody heard of is thrown here.
 */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  const [first] = unheard.splice(0);
  if (first !== undefined) throw first;
}

/** What was thrown where nobody catches it: by a promise, or by a timer of Node's. */
const unheard: Error[] = [];

// A thread that ends while it has nothing to do would take the next run with it.
process.on("uncaughtException", (error: unknown) => {
  unheard.push(error instanceof Error ? error : new Error(String(error)));
});

/** Modules are loaded once: what they keep from run to run is found by running some plans twice. */
async function begin(source: WorkerSource): Promise<Scenario> {
  const scenario = await loadScenario(source);
  workerpool.workerEmit(BEGUN);
  return scenario;
}

workerpool.worker({ ...methods });
