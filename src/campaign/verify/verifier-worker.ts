// The thread that runs plans in the process of a verifier; verifier-child.ts starts it.

import { parentPort, workerData } from "node:worker_threads";
import { assert } from "../../sim/assert.ts";
import { run, type Scenario } from "../../sim/scenario.ts";
import { EffectLog } from "./effect-log.ts";
import { follow, RECORDED } from "./in-process.ts";
import type { Trail } from "./locate.ts";
import { perturbGlobals } from "./perturbation.ts";
import type {
  Numbered,
  OutcomeElsewhere,
  Reply,
  Request,
  ScenarioLoader,
  ScenarioReference,
} from "./verifier-protocol.ts";

/** What a handler has begun has so many milliseconds to end, if it has not ended at once. */
const PATIENCE_MS = 50;

const sleep = setTimeout;
perturbGlobals();
// The module that the maker of the verifier has named.
const loader = import(workerData.loader) as Promise<ScenarioLoader>;
const loaded = new Map<string, Scenario>();

parentPort?.on("message", ({ id, request }: Numbered) => {
  answer(request).then(
    (value) => reply({ id, value }),
    ({ name, message }: Error) => reply({ id, error: { name, message } }),
  );
});

function reply(message: Reply): void {
  parentPort?.postMessage(message);
}

async function answer(request: Request): Promise<OutcomeElsewhere | Trail | undefined> {
  const scenario = await find(request.reference);
  if (request.kind === "load") return undefined;
  if (request.kind === "run") return runOnce(scenario, request.plan, request.isRecorded);
  const side = { name: "", how: {} };
  const { words, accounts } = follow(scenario, request.plan, { side, focus: request.focus });
  return { words: Int32Array.from(words), accounts };
}

async function find(reference: ScenarioReference): Promise<Scenario> {
  const key = `${reference.file} ${reference.name}`;
  let scenario = loaded.get(key);
  if (scenario === undefined) {
    scenario = await (await loader).loadScenario(reference);
    loaded.set(key, scenario);
  }
  return scenario;
}

async function runOnce(
  scenario: Scenario,
  plan: Parameters<Scenario["simulate"]>[0],
  isRecorded: boolean,
): Promise<OutcomeElsewhere> {
  const log = new EffectLog();
  const pending = process.getActiveResourcesInfo().length;
  const { fingerprint, steps, violation } = run(scenario, plan, {
    ...(isRecorded ? RECORDED.how : {}),
    witness: log,
  });
  await settle(pending);
  return {
    fingerprint,
    steps,
    violation: violation && { invariant: violation.invariant, message: violation.message },
    outside: log.outside,
  };
}

/** Waits for promises, and for a while until no more is pending than before the run. */
async function settle(pending: number): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise(setImmediate);
  for (let i = 0; i < PATIENCE_MS && process.getActiveResourcesInfo().length > pending; i++) {
    await new Promise((resolve) => sleep(resolve, 1));
  }
  assert(loaded.size > 0, "a run of a scenario that was not loaded");
}
