import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nonce-counts-twice",
  wrong: "The first payment of an account counts twice in its nonce.",
  source: "bs-state-sync-transactions: balances and nonces are what the transfers make of them.",
  file: "src/protocols/block-sync/executor.ts",
  find: "sender.nonce++;",
  replace: "sender.nonce += sender.nonce === 0 ? 2 : 1;",
  scenario: "bs-state-sync-transactions",
  invariant: "BS-NO-INVALID",
  alone: [{ scenario: "bs-state-sync-transactions", invariant: "BS-STATE-EQ" }],
};

export default mutant;
