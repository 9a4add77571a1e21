import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-from-next",
  wrong: "The leader counts what it has sent instead of what was acknowledged.",
  source: "PySyncObj #3 in SandTable, EuroSys 2024.",
  file: "src/protocols/raft/progress.ts",
  find: "return progress.get(id)?.match ?? 0;",
  replace: "return (progress.get(id)?.next ?? 1) - 1;",
  scenario: "raft-random-failures-property/swarm",
  invariant: "RAFT-QUORUM",
};

export default mutant;
