import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "decided-is-complete",
  wrong: "A file that is decided gets no more replicas, however few it has.",
  source: "SQ-REPLICATION: what lacks a replica gets it once a node is back.",
  file: "src/protocols/storage-quorum/replication.ts",
  find: '    if (!isOpen(block) && block.status !== "confirmed") return;',
  replace: "    if (!isOpen(block)) return;",
  scenario: "sq-3a-fail-before-confirm",
  invariant: "MENDED",
};

export default mutant;
