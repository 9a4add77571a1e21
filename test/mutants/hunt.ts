// Runs a scenario over seeds until an invariant is broken, and prints what was found as JSON.
// In a process of its own, as a mutant changes the code of a whole process: see harness.ts.
// Arguments: scenario, invariant, number of seeds, id of the mutant or "none", and "alone" if no
// other invariant is to be judged.

import { catalogue, plan, run } from "../../src/index.ts";

/** What a hunt prints. */
export interface Hunt {
  /** The seed whose run broke the invariant; undefined when none did. */
  readonly seed: number | undefined;
  readonly message: string | undefined;
  /** By invariant, the seeds up to there that broke another one. */
  readonly others: Readonly<Record<string, number>>;
  readonly seconds: number;
}

function hunt(name: string, invariant: string, seeds: number, isAlone: boolean): Hunt {
  const scenario = catalogue.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1_000;
  const others: Record<string, number> = {};
  const options = isAlone ? { only: [invariant] } : {};
  for (let seed = 1; seed <= seeds; seed++) {
    const { violation } = run(scenario, plan(scenario, String(seed)), options);
    if (violation?.invariant === invariant) {
      return { seed, message: violation.message, others, seconds: seconds() };
    }
    if (violation !== undefined) {
      others[violation.invariant] = (others[violation.invariant] ?? 0) + 1;
    }
  }
  return { seed: undefined, message: undefined, others, seconds: seconds() };
}

const [scenario = "", invariant = "", seeds = "0", id = "none", alone] = process.argv.slice(2);
const applied = Reflect.get(globalThis, Symbol.for("stormglass.change")) ?? "none";
if (applied !== id) throw new Error(`the mutant in this process is ${applied}, not ${id}`);
console.log(JSON.stringify(hunt(scenario, invariant, Number(seeds), alone === "alone")));
