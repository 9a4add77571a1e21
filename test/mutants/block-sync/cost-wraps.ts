import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "cost-wraps",
  wrong: "What a transaction costs goes round at 2^53: an amount with its fee may cost nothing.",
  source: "CVE-2018-10299: an overflow in BeautyChain's batchTransfer made money from nothing.",
  file: "src/protocols/block-sync/executor.ts",
  find: "return transaction.amount + feeOf(transaction);",
  replace: "return (transaction.amount + feeOf(transaction)) % 2 ** 53;",
  scenario: "bs-block-validation",
  invariant: "BS-NO-INVALID",
};

export default mutant;
