import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "produces-before-contact",
  wrong: "A validator that knows of others makes blocks before it has heard any of them.",
  source: "The Block: a node without peers begins a chain of its own.",
  file: "src/protocols/block-sync/node-parts.ts",
  find: "    return (config.bootstrap.length === 0 || hasPeer) &&",
  replace: "    return (config.bootstrap.length >= 0 || hasPeer) &&",
  scenario: "tb-cluster-startup/others-first",
  invariant: "CONTACT",
};

export default mutant;
