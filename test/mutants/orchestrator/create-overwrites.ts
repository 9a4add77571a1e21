import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "create-overwrites",
  wrong: "A machine that is there is made again.",
  source: "Blixard: apply of Create overwrites an existing machine silently.",
  file: "src/protocols/orchestrator/vms.ts",
  find: 'if (operation.op === "create") return vm ? exists(name) : createVm(state, operation);',
  replace: 'if (operation.op === "create") return createVm(state, operation) ?? exists(name);',
  scenario: "orch-concurrent-writes",
  invariant: "ORCH-CAPACITY",
  alone: [{ scenario: "orch-concurrent-writes", invariant: "ONE-WINNER" }],
};

export default mutant;
