import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "failed-holder-stays",
  wrong: "Who fails a challenge loses reputation, and is a holder still.",
  source: "Storage quorum: a failed holder is dropped from the assignment.",
  file: "src/protocols/storage-quorum/audits.ts",
  find: ['    this.#holders.lose(file, chunk, node, "unproven");\n'].join(""),
  replace: "",
  scenario: "sq-proof-of-storage-challenge/deleted",
  invariant: "SQ-FOUND",
};

export default mutant;
