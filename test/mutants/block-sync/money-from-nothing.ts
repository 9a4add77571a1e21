import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "money-from-nothing",
  wrong: "Who is paid gets one more than the payer gives.",
  source: "bs-state-sync-transactions: the total supply is conserved.",
  file: "src/protocols/block-sync/executor.ts",
  find: "receiver.balance += amount;",
  replace: "receiver.balance += amount + 1;",
  scenario: "bs-state-sync-transactions",
  invariant: "BS-NO-INVALID",
  alone: [{ scenario: "bs-state-sync-transactions", invariant: "BS-SUPPLY" }],
};

export default mutant;
