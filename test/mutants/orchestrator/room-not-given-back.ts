import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "room-not-given-back",
  wrong: "A machine that is deleted keeps its room.",
  source: "Resource accounting; requirement S2.48.",
  file: "src/protocols/orchestrator/vms.ts",
  find: ["      state.vms.delete(name);", "      release(state, vm.worker, vm.spec);"].join("\n"),
  replace: "      state.vms.delete(name);",
  scenario: "orch-state-verification",
  invariant: "ORCH-CAPACITY",
};

export default mutant;
