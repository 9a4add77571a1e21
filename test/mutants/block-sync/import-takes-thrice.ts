import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "import-takes-thrice",
  wrong: "To import a block takes three times as long.",
  source: "A regression of speed: S3.82 says 2 to 3 ms.",
  file: "src/protocols/block-sync/imports.ts",
  find: "const cost = costs.importBlock +",
  replace: "const cost = 3 * costs.importBlock +",
  scenario: "bs-continuous-sync",
  invariant: "LAG",
};

export default mutant;
