import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "silence-counts-as-lies",
  wrong: "Who does not answer a challenge in time loses as much as by wrong bytes.",
  source: "A slow node is not a faulty one: 5 down for no answer, 20 for a false one.",
  file: "src/protocols/storage-quorum/audits.ts",
  find: "this.#nodes.rate(node, REPUTATION.silent);",
  replace: "this.#nodes.rate(node, REPUTATION.corrupt);",
  scenario: "sq-proof-of-storage-challenge/slow-answers",
  invariant: "SQ-REPUTATION",
};

export default mutant;
