// A program that never returns to its thread.

import { defineScenario } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";

/** No seed has an end. */
export const endless = defineScenario<never, { state: undefined }>({
  name: "endless",
  about: "A program that never returns to its thread.",
  plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1) }),
  server: () => ({
    state: undefined,
    onStart() {
      for (;;);
    },
    onMessage() {},
  }),
  invariants: () => [],
});
