import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "replicas-not-sealed",
  wrong: "All holders of a chunk hold the same bytes.",
  source: "Filecoin, Proof of Replication, 2017: why replicas are sealed.",
  file: "src/protocols/storage-quorum/cipher.ts",
  find: ["  { node, chunk, number }: Seal,\n", "): Uint8Array {\n"].join(""),
  replace: [
    "  { chunk }: Seal,\n",
    "): Uint8Array {\n",
    '  const [node, number] = ["", 0];\n',
  ].join(""),
  scenario: "sq-byzantine-storage/colluders",
  invariant: "SQ-PROOF",
};

export default mutant;
