// A program whose handlers return, and leave something behind that does not end or that throws.

import { defineScenario } from "../../src/sim/scenario.ts";
import { seconds } from "../../src/sim/time.ts";

async function forEver(): Promise<void> {
  for (;;) await undefined;
}

/** Seed 3 leaves a promise without an end, seed 5 one that is rejected; the others nothing. */
export const restless = defineScenario<never, { state: undefined }>({
  name: "restless",
  about: "A program that leaves promises behind.",
  plan: () => ({ servers: ["n1"], faults: [], horizon: seconds(1) }),
  server: (_, { seed }) => ({
    state: undefined,
    onStart() {
      if (seed === "3") void forEver();
      if (seed === "5") void Promise.reject(new Error("nobody heard"));
    },
    onMessage() {},
  }),
  invariants: () => [],
});
