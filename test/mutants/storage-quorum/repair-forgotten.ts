import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "repair-forgotten",
  wrong: "A chunk that lacks a replica is left as it is.",
  source: "DecentraStore has no repair.",
  file: "src/protocols/storage-quorum/housekeeping.ts",
  find: "      this.#replication.tend(file);\n      return;",
  replace: "      return;",
  scenario: "sq-proof-of-storage-challenge/wiped",
  invariant: "SQ-REPAIRED",
  alone: [{ scenario: "sq-proof-of-storage-challenge/wiped", invariant: "SQ-REPLICATION" }],
};

export default mutant;
