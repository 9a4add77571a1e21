import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "interval-ignored",
  wrong: "Ordered blocks come as fast as they can, and not as far apart as they are ordered.",
  source: "A deadline that is set and never looked at.",
  file: "src/protocols/block-sync/producer.ts",
  find: "now >= this.#state.notBefore;",
  replace: "now >= 0;",
  scenario: "bs-state-sync-transactions",
  invariant: "RETURN",
};

export default mutant;
