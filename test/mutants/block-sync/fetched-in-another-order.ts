import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "fetched-in-another-order",
  wrong: "The transactions of a block that was fetched are listed by hash, not as they are in it.",
  source: "bs-data-access: answers are equal on both nodes.",
  file: "src/protocols/block-sync/imports.ts",
  find: "const transactions = checked.transactions.map(({ hash }) => hash);",
  replace: "const transactions = checked.transactions.map(({ hash }) => hash).sort();",
  scenario: "bs-data-access",
  invariant: "ANSWERS",
};

export default mutant;
