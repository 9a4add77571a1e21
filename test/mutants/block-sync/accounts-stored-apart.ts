import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "accounts-stored-apart",
  wrong: "What is read back are blocks, and accounts as they were before: no root is compared.",
  source: "LuxTensor stores a block first and its accounts later; a crash comes between.",
  file: "src/protocols/block-sync/store/block-files.ts",
  find: "writeBlock(journal.begin(), block, changes);",
  replace: "writeBlock(journal.begin(), block, []);",
  also: [
    {
      file: "src/protocols/block-sync/store/replay.ts",
      find: 'if (hexOf(trieRoot(trie)) !== header.stateRoot) return "wrong accounts";',
      replace: "",
    },
  ],
  scenario: "bs-state-sync-transactions/crash",
  invariant: "BS-ATOMIC",
};

export default mutant;
