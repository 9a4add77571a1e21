// Shrinks the failure of a seed, and prints what came of it as JSON. In a process of its own, as a
// mutant changes the code of a whole process: see harness.ts.
// Arguments: scenario, seed, seconds at most, id of the mutant.

import { propertyOf } from "../../src/campaign/capsule/signature.ts";
import { shrink } from "../../src/campaign/shrink/shrink.ts";
import { findScenario, plan, run } from "../../src/index.ts";
import type { Shrinking } from "./shrinking.ts";

function shrinkFound(name: string, seed: string, secondsMax: number): Shrinking {
  const scenario = findScenario(name);
  const planned = plan(scenario, seed);
  const { violation } = run(scenario, planned);
  if (violation === undefined) throw new Error(`${name} holds with seed ${seed}`);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1_000;
  const shrunk = shrink(scenario, planned, { isOver: () => seconds() > secondsMax });
  const taken = seconds();
  // Not what the shrinker says of its plan, but what a run of it shows.
  const again = run(scenario, shrunk.plan);
  return {
    shrunk,
    seconds: taken,
    eventsBefore: planned.faults.length + planned.operations.length,
    isSame:
      again.fingerprint === shrunk.fingerprint &&
      again.violation?.invariant === violation.invariant &&
      propertyOf(shrunk.plan, again.violation) === propertyOf(planned, violation),
  };
}

const [scenario = "", seed = "", secondsMax = "0", id = "none"] = process.argv.slice(2);
const applied = Reflect.get(globalThis, Symbol.for("stormglass.change")) ?? "none";
if (applied !== id) throw new Error(`the mutant in this process is ${applied}, not ${id}`);
console.log(JSON.stringify(shrinkFound(scenario, seed, Number(secondsMax))));
