import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "busy-client-gives-up",
  wrong: "A client that is told that the leader is busy gives up.",
  source: "Scenario orch-extreme-concurrency: all are answered, and busy is no answer.",
  file: "src/protocols/replicated/client.ts",
  find: '    else if (server !== undefined) this.#finish("info", reason);',
  replace: '    else if (server !== undefined || reason === "busy") this.#finish("info", reason);',
  scenario: "orch-extreme-concurrency/queue-limit",
  invariant: "DONE",
};

export default mutant;
