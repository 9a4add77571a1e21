import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nothing-needs-no-processor",
  wrong: "A machine that asks for no processor at all is made.",
  source: "Scenario orch-malformed-requests: zero processors are invalid.",
  file: "src/protocols/orchestrator/operation.ts",
  find: ".cpu`, 1, RESOURCE_MAX)",
  replace: ".cpu`, 0, RESOURCE_MAX)",
  scenario: "orch-malformed-requests",
  invariant: "UNCHANGED",
};

export default mutant;
