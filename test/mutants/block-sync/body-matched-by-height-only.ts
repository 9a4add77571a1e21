import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "body-matched-by-height-only",
  wrong: "The body that comes for a height is that block's.",
  source: "Ethereum eth/66: bodies are matched to headers by their transactions' root.",
  file: "src/protocols/block-sync/validation.ts",
  find: "return reader.transactionsRoot(body) === transactionsRoot ?",
  replace: 'return transactionsRoot !== "" ?',
  scenario: "bs-block-validation",
  invariant: "BS-NO-INVALID",
};

export default mutant;
