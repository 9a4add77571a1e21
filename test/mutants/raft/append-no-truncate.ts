import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "append-no-truncate",
  wrong: "Entries in conflict with the leader's are kept.",
  source: "Blixard; WRaft #2 in SandTable, EuroSys 2024; Raft §5.3.",
  file: "src/protocols/raft/follower.ts",
  find: "if (termAt(log, entry.index) === entry.term) return true;",
  replace: "return true;",
  scenario: "raft-leader-isolation-reelection",
  invariant: "RAFT-MATCH",
};

export default mutant;
