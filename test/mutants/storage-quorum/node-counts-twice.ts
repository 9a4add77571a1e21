import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "node-counts-twice",
  wrong: "A node that confirms a replica again counts as another one.",
  source: "Confirmations are counted, and not the nodes that have given them.",
  file: "src/protocols/storage-quorum/holders.ts",
  find: ["      known.isProven = true;", "      return;"].join("\n"),
  replace: [
    "      const { holders } = block.chunks[chunk]!;",
    "      const again = replica.node.toUpperCase();",
    "      if (isOpen(block)) holders.set(again, { replica, isProven: true });",
    "      return;",
  ].join("\n"),
  scenario: "sq-consensus-timeout/restart",
  invariant: "SQ-QUORUM",
};

export default mutant;
