import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "window-of-one-more",
  wrong: "One more request for bodies is under way than the window allows.",
  source: "Off by one; the window bounds what a peer can make a node wait for and keep.",
  file: "src/protocols/block-sync/sync/bodies.ts",
  find: "if (bodyRequests(context) >= window) return true;",
  replace: "if (bodyRequests(context) > window) return true;",
  also: [
    {
      file: "src/protocols/block-sync/sync/bodies.ts",
      find: "assert(inFlight <= context.options.sync.window,",
      replace: "assert(inFlight > 0,",
    },
  ],
  scenario: "bs-header-first-parallel/one-peer",
  invariant: "BS-WINDOW",
};

export default mutant;
