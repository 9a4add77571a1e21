// A worker thread of the pool. Whatever it is given and gives is plain data.

import workerpool from "workerpool";
import { examine } from "../campaign/examine.ts";
import { loadScenarios } from "../campaign/load-scenarios.ts";
import type { WorkerMethods } from "../campaign/pool.ts";
import { findScenario } from "../scenarios/catalogue.ts";
import { fail } from "../sim/assert.ts";
import type { Scenario } from "../sim/scenario.ts";

const seconds = (): number => performance.now() / 1_000;

const methods: WorkerMethods = {
  examine: async (name, file, seed, isVerified) => {
    const scenario = await find(name, file);
    workerpool.workerEmit("begun");
    return examine(scenario, seed, { isVerified, seconds });
  },
};

/** Modules are read once: what they keep from run to run is found by running some plans twice. */
async function find(name: string, file: string | undefined): Promise<Scenario> {
  if (file === undefined) return findScenario(name);
  const scenarios = await loadScenarios(file);
  return scenarios.find((one) => one.name === name) ?? fail("no such scenario:", file, name);
}

workerpool.worker({ ...methods });
