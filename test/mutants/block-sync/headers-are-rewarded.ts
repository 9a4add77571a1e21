import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "headers-are-rewarded",
  wrong: "Headers count as a promise kept, even those of a branch that is lighter than claimed.",
  source: "A liar that earns by what it lies with is never banned.",
  file: "src/protocols/block-sync/sync/headers.ts",
  find: "if (isTip) peers.reward(leader);",
  replace: "peers.reward(leader);",
  scenario: "bs-header-first-parallel/forked-leader",
  invariant: "LIAR-BANNED",
};

export default mutant;
