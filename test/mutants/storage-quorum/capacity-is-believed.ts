import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "capacity-is-believed",
  wrong: "A node that says it is full is taken for what it said before.",
  source: "Byzantine storage: it says that it has more room than it has.",
  file: "src/protocols/storage-quorum/replication.ts",
  find: ['    if (error === "full") this.#isFull(replica.node);\n'].join(""),
  replace: "",
  scenario: "sq-byzantine-storage/boasts",
  invariant: "SQ-FULL",
};

export default mutant;
