// Runs the plans that it reads from its standard input, a JSON list, and prints their fingerprints
// as one: what another process makes of them. See determinism.test.ts.

import { readFileSync } from "node:fs";
import { findScenario, type Plan, run } from "../../src/index.ts";

const plans: readonly Plan[] = JSON.parse(readFileSync(0, "utf8"));
const fingerprints = plans.map((plan) => run(findScenario(plan.scenario), plan).fingerprint);
console.log(JSON.stringify(fingerprints));
