import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "count-per-node",
  wrong: "A node counts for the whole file as soon as it has confirmed one chunk of it.",
  source: "DecentraStore: a confirmation is one per node, with the chunks that it has.",
  file: "src/protocols/storage-quorum/blocks.ts",
  find: "  return chunks.every((chunk) => chunk.holders.size >= requiredFor(chunk, context));",
  replace: [
    "  const nodes = new Set(chunks.flatMap(({ holders }) => [...holders.keys()]));",
    "  return chunks.every((chunk) => nodes.size >= requiredFor(chunk, context));",
  ].join("\n"),
  scenario: "sq-large-file",
  invariant: "SQ-QUORUM",
};

export default mutant;
