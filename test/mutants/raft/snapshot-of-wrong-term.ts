import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-of-wrong-term",
  wrong: "A snapshot has the member's term in place of its last entry's.",
  source: "RedisRaft cbf9fd9.",
  file: "src/protocols/raft/snapshots.ts",
  find: "      term: termAt(log, applied),",
  replace: "      term: state.term,",
  scenario: "raft-log-compaction-during-leader-change",
  invariant: "RAFT-SNAPSHOT",
};

export default mutant;
