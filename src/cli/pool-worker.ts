// A worker thread of the pool. Whatever it is given and gives is plain data.

import workerpool from "workerpool";
import { examine } from "../campaign/examine.ts";
import { AGAIN, BEGUN, type WorkerMethods, type WorkerSource } from "../campaign/pool.ts";
import { shrinkFailure } from "../campaign/shrink/shrink-failure.ts";
import type { Scenario } from "../sim/scenario.ts";
import { loadScenario } from "./scenario-loader.ts";

const seconds = (): number => performance.now() / 1_000;

const methods: WorkerMethods = {
  examine: async (source, seed, isAgain) => {
    const onAgain = (): void => workerpool.workerEmit(AGAIN);
    return examine(await begin(source), seed, {
      again: isAgain ? "plain" : undefined,
      seconds,
      onAgain,
    });
  },
  shrink: async (source, plan, secondsMax) => {
    return shrinkFailure(await begin(source), plan, { secondsMax, seconds });
  },
};

/** Modules are loaded once: what they keep from run to run is found by running some plans twice. */
async function begin(source: WorkerSource): Promise<Scenario> {
  const scenario = await loadScenario(source);
  workerpool.workerEmit(BEGUN);
  return scenario;
}

workerpool.worker({ ...methods });
