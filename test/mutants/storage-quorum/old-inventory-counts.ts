import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "old-inventory-counts",
  wrong: "A replica counts as lost by an inventory that was asked for before it was confirmed.",
  source: "An answer that is older than what it is taken to contradict.",
  file: "src/protocols/storage-quorum/housekeeping.ts",
  find: "if (since >= asked || there.has(address)) continue;",
  replace: "if (there.has(address)) continue;",
  scenario: "sq-chaos",
  invariant: "SQ-BLAMELESS",
};

export default mutant;
