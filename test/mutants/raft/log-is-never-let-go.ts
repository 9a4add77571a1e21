import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "log-is-never-let-go",
  wrong: "The journal is compacted, and the log in memory grows for ever.",
  source: "Raft §7: what a snapshot stands for is discarded.",
  file: "src/protocols/raft/snapshots.ts",
  find: "    compactUpTo(state.log, base);",
  replace: "    if (base < 0) compactUpTo(state.log, base);",
  scenario: "orch-bench-sustained-load",
  invariant: "KEPT-ENTRIES",
};

export default mutant;
