import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "one-suffices",
  wrong: "One confirmation is enough, whatever the share and the minimum.",
  source: "A block with one confirmation is not confirmed: requirement S1.37.",
  file: "src/protocols/storage-quorum/quorum.ts",
  find: "  return Math.max(confirmationsMin, Math.ceil((replicas * numerator) / denominator));",
  replace:
    "  return Math.min(1, confirmationsMin, Math.ceil((replicas * numerator) / denominator));",
  scenario: "sq-3c-majority-failure",
  invariant: "SQ-QUORUM",
  alone: [{ scenario: "sq-3c-majority-failure", invariant: "ACHIEVEMENT" }],
};

export default mutant;
