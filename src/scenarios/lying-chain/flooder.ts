// Requests, each as it should be, and far more of them than anybody answers.

import { type Lie, tellAll } from "./lies.ts";

/** At each tick, to each peer: 400 a second. */
const REQUESTS = 60;

export const flood: Lie = {
  onTick: (context) => {
    if (!context.state.honest.isReady || !context.tells("floods")) return;
    const locator = [context.rules.genesisHash];
    for (let request = 0; request < REQUESTS; request++) {
      tellAll(context, { type: "get headers", request, locator, count: 1 });
    }
  },
};
