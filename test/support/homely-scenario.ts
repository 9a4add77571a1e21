// A program that looks where it is.

import { defineScenario } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";

/** Says in which time zone it is: the same each time in one process, and not in another. */
export const homely = defineScenario<never, { state: undefined }>({
  name: "homely",
  about: "A program that looks where it is.",
  plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1) }),
  server: (env) => ({
    state: undefined,
    onStart: () => env.emit(`hello in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`),
    onMessage() {},
  }),
  invariants: () => [],
});
