// Programs that end their thread.

import { defineScenario, type Scenario } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";

/** Seed 6 ends the thread. */
export const mortal = ending("mortal", (seed) => seed === "6");

/** Every seed ends the thread. */
export const doomed = ending("doomed", () => true);

function ending(name: string, isLast: (seed: string) => boolean): Scenario {
  return defineScenario<never, { state: undefined }>({
    name,
    about: "A program that ends its thread.",
    plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1) }),
    server: (_, { seed }) => ({
      state: undefined,
      onStart() {
        if (isLast(seed)) process.exit(1);
      },
      onMessage() {},
    }),
    invariants: () => [],
  });
}
