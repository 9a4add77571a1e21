import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "silence-is-believed",
  wrong: "A node may let one challenge more go by than it is said to.",
  source: "Off by one: a count that is compared after it grew.",
  file: "src/protocols/storage-quorum/audits.ts",
  find: "if (audit.missed === this.#context.options.missedChallengesMax)",
  replace: "if (audit.missed === this.#context.options.missedChallengesMax + 1)",
  scenario: "sq-proof-of-storage-challenge/slow-answers",
  invariant: "SQ-DOUBTED",
};

export default mutant;
