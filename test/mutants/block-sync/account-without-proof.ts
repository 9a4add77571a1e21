import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "account-without-proof",
  wrong: "The proof of an account is its root alone.",
  source: "LuxTensor, luxtensor-storage/src/trie.rs: the proof is just the root.",
  file: "src/protocols/block-sync/answers.ts",
  find: "proof: proveKey(accounts.trie, key)",
  replace: "proof: proveKey(accounts.trie, key).slice(0, 1)",
  scenario: "bs-data-access",
  invariant: "PROOFS",
};

export default mutant;
