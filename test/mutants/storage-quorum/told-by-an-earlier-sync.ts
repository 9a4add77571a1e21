import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "told-by-an-earlier-sync",
  wrong: "What waits for the ledger is told when any sync is over, be it an earlier one.",
  source: "A group commit that acknowledges what joined after its sync had begun.",
  file: "src/protocols/storage-quorum/ledger.ts",
  find: "boolean => upToBytes <= durableBytes;",
  replace: "boolean => upToBytes <= sizeBytes;",
  scenario: "sq-consensus-timeout/mixed-strict",
  invariant: "DURABLE-FINAL",
};

export default mutant;
