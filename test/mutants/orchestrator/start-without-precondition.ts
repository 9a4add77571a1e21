import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "start-without-precondition",
  wrong: "Any machine can be started and stopped, whatever it does.",
  source: "Blixard: Start and Stop set the status without a look at it.",
  file: "src/protocols/orchestrator/vms.ts",
  find: "const status = MOVES[operation.op].get(vm.status);",
  replace: 'const status = operation.op === "start" ? "starting" : "stopping";',
  scenario: "orch-linearizability",
  invariant: "LIN",
};

export default mutant;
