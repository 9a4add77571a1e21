import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-meta-mismatch",
  wrong: "A snapshot says less than it holds: its index is one too low.",
  source: "blixard 78a533d: the index of a request, the data of now.",
  file: "src/protocols/raft/snapshots.ts",
  find: "      index: applied,\n      term: termAt(log, applied),",
  replace: "      index: applied - 1,\n      term: termAt(log, applied - 1),",
  scenario: "orch-bench-snapshot-transfer",
  invariant: "RAFT-SNAPSHOT",
};

export default mutant;
