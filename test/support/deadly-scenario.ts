// A program that ends its thread, or never returns to it.

import { defineScenario } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";

/** Seed 3 has no end, seed 5 ends the thread; with all others nothing happens. */
export const deadly = defineScenario<never, { state: undefined }>({
  name: "deadly",
  about: "A program that ends its thread, or never returns to it.",
  plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1) }),
  server: (_, { seed }) => ({
    state: undefined,
    onStart() {
      while (seed === "3");
      if (seed === "5") process.exit(1);
    },
    onMessage() {},
  }),
  invariants: () => [],
});
