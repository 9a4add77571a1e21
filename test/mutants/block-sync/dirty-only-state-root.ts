import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "dirty-only-state-root",
  wrong: "The state root is that of the accounts that a block has changed, and of no others.",
  source: "LuxTensor, luxtensor-storage/src/state_db.rs at d24149ff: the root of what is dirty.",
  file: "src/protocols/block-sync/build-block.ts",
  find: "stateRoot: hexOf(trieRoot(executed.trie)),",
  replace: "stateRoot: hexOf(trieRoot(trieUpdate(undefined, executed.changes))),",
  also: [
    {
      file: "src/protocols/block-sync/build-block.ts",
      find: 'import { type Trie, trieRoot } from "./trie/trie.ts";',
      replace: 'import { type Trie, trieRoot, trieUpdate } from "./trie/trie.ts";',
    },
    {
      file: "src/protocols/block-sync/validation.ts",
      find: 'import { type Trie, trieRoot } from "./trie/trie.ts";',
      replace: 'import { type Trie, trieRoot, trieUpdate } from "./trie/trie.ts";',
    },
    {
      file: "src/protocols/block-sync/validation.ts",
      find: "const root = hexOf(trieRoot(executed.trie));",
      replace: "const root = hexOf(trieRoot(trieUpdate(undefined, executed.changes)));",
    },
  ],
  scenario: "bs-state-sync-transactions",
  invariant: "BS-NO-INVALID",
  alone: [{ scenario: "bs-state-sync-transactions", invariant: "BS-STATE-ROOT" }],
};

export default mutant;
