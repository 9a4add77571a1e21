import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "list-leaks",
  wrong: "A list shows everybody's files.",
  source: "Storage quorum: a list shows only the caller's files.",
  file: "src/protocols/storage-quorum/access.ts",
  find: "block.owner === user && isBlock(block)",
  replace: "block.owner !== undefined && isBlock(block)",
  scenario: "sq-access",
  invariant: "SQ-ANSWERS",
};

export default mutant;
