import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "restart-is-trusted",
  wrong: "What a node held before it was started anew counts without a proof.",
  source: "A node that comes back with an empty disk is no holder.",
  file: "src/protocols/storage-quorum/audits.ts",
  find: ["    this.#holders.distrust(node);", "    this.#challengeUnproven(node);"].join("\n"),
  replace: "    this.#challengeUnproven(node);",
  scenario: "sq-3b-fail-after-confirm",
  invariant: "DISTRUST",
  alone: [{ scenario: "sq-proof-of-storage-challenge/wiped", invariant: "SQ-PROVEN-ANEW" }],
};

export default mutant;
