import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "partition-for-ever",
  wrong: "Who has suspected a partition once suspects it for ever.",
  source: "The Block: what the watch has noticed is never taken back.",
  file: "src/protocols/block-sync/monitoring/health.ts",
  find: "if (isCut === state.isCutOff) return;",
  replace: "if (isCut === state.isCutOff || state.isCutOff) return;",
  scenario: "tb-network-partition",
  invariant: "OVER",
};

export default mutant;
