import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "batch-waits-for-ever",
  wrong: "Requests that are gathered are proposed when they are many, and never before.",
  source: "Requirement S2.47: at most 100 requests or 10 ms.",
  file: "src/protocols/replicated/server.ts",
  find: "    if (batch.length === 0) this.#env.setTimer(BATCH, this.#batching.delayMax);",
  replace: "",
  scenario: "orch-state-verification/chaos",
  invariant: "RETURN",
};

export default mutant;
