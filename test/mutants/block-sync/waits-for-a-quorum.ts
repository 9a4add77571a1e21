import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "waits-for-a-quorum",
  wrong: "A validator makes no block as long as it does not hear more than 2/3 of all.",
  source: "Blocks are made without a quorum, too, and wait for one to be final.",
  file: "src/protocols/block-sync/acquaintance.ts",
  find: "env.now() >= roundsAt ||",
  replace: "roundsAt < 0 ||",
  scenario: "tb-cluster-startup/primary-late",
  invariant: "INTERVAL",
};

export default mutant;
