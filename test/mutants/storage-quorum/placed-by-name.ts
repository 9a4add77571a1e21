import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "placed-by-name",
  wrong: "Replicas go to the first nodes by name, however full they are.",
  source: "DecentraStore: always the first nodes in the order of registration.",
  file: "src/protocols/storage-quorum/placement.ts",
  find: "    .sort((a, b) => b.freeBytes - a.freeBytes || (a.name < b.name ? -1 : 1))",
  replace: "    .sort((a, b) => (a.name < b.name ? -1 : 1))",
  scenario: "sq-large-file/6-nodes",
  invariant: "EVEN",
};

export default mutant;
