import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "machines-live-on-the-lost",
  wrong: "Machines of a worker that is lost are told to run on.",
  source: "Life cycle of source document S2: a machine whose host is gone has failed.",
  file: "src/protocols/orchestrator/workers.ts",
  find: "  failVmsOf(state, id, at);",
  replace: "  if (at < 0) failVmsOf(state, id, at);",
  scenario: "orch-state-verification",
  invariant: "ORCH-LOST",
};

export default mutant;
