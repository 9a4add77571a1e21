// A worker thread of the pool. Whatever it is given and gives is plain data.

import workerpool from "workerpool";
import { examine } from "../campaign/examine.ts";
import type { WorkerMethods } from "../campaign/pool.ts";
import { loadScenario } from "./scenario-loader.ts";

const seconds = (): number => performance.now() / 1_000;

const methods: WorkerMethods = {
  // Modules are loaded once: what they keep from run to run is found by running some plans twice.
  examine: async (name, file, seed, isVerified) => {
    const scenario = await loadScenario({ name, file });
    workerpool.workerEmit("begun");
    return examine(scenario, seed, { isVerified, seconds });
  },
};

workerpool.worker({ ...methods });
