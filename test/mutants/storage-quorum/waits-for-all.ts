import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "waits-for-all",
  wrong: "A block is confirmed when all of its replicas are, and not at its quorum.",
  source: "DecentraStore waits for all nodes, one after another.",
  file: "src/protocols/storage-quorum/blocks.ts",
  find: "  return requiredConfirmations(assigned, options.quorum, options.confirmationsMin);",
  replace: [
    "  const { quorum, confirmationsMin } = options;",
    "  return Math.max(assigned, requiredConfirmations(0, quorum, confirmationsMin));",
  ].join("\n"),
  scenario: "sq-quorum-2-of-3",
  invariant: "AT-QUORUM",
};

export default mutant;
