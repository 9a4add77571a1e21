import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "heartbeat-of-nobody",
  wrong: "A heartbeat of a worker that nobody knows is taken in without a word.",
  source: "Scenario orch-malformed-requests: each gets a typed error.",
  file: "src/protocols/orchestrator/workers.ts",
  find: '  if (operation.op === "register") return register(state, worker, operation);',
  replace: [
    '  if (operation.op === "register") return register(state, worker, operation);',
    '  if (worker === undefined && operation.op === "heartbeat") return DONE;',
  ].join("\n"),
  scenario: "orch-malformed-requests",
  invariant: "ANSWERS",
};

export default mutant;
