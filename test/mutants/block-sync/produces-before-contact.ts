import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "produces-before-contact",
  wrong: "A validator that knows of others makes blocks before it has heard any of them.",
  source: "The Block: a node without peers begins a chain of its own.",
  file: "src/protocols/block-sync/acquaintance.ts",
  find: "if (state.contactAt === undefined) return false;",
  replace: "if (state.contactAt === undefined) return true;",
  scenario: "tb-cluster-startup/others-first",
  invariant: "CONTACT",
};

export default mutant;
