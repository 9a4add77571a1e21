import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "block-without-accounts",
  wrong: "A block is stored without the accounts that it has changed.",
  source: "BS-ATOMIC: a block and what it has made of the accounts commit together.",
  file: "src/protocols/block-sync/store/block-files.ts",
  find: "writeBlock(journal.begin(), block, changes);",
  replace: "writeBlock(journal.begin(), block, []);",
  scenario: "bs-state-sync-transactions/crash",
  invariant: "BS-DURABLE",
};

export default mutant;
