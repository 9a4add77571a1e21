import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "predictable-leaf",
  wrong: "Every challenge is for the first leaf.",
  source: "Storage quorum: a challenge is for a random leaf.",
  file: "src/protocols/storage-quorum/audits.ts",
  find: "const leaf = env.random.int(0, leafCountOf(sizeBytes, options.leafBytes) - 1);",
  replace: "const leaf = 0 * leafCountOf(sizeBytes, options.leafBytes);",
  scenario: "sq-proof-of-storage-challenge/hashes-only",
  invariant: "SQ-FRESH",
};

export default mutant;
