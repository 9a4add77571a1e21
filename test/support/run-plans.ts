// Runs plans, a JSON list, and gives their fingerprints: what another process or another thread
// makes of them. A process reads its standard input and prints; a worker takes and posts messages.

import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { findScenario, type Plan, run } from "../../src/index.ts";

const plans: readonly Plan[] = JSON.parse(workerData ?? readFileSync(0, "utf8"));
const fingerprints = plans.map((plan) => run(findScenario(plan.scenario), plan).fingerprint);
if (parentPort === null) console.log(JSON.stringify(fingerprints));
else parentPort.postMessage(fingerprints);
