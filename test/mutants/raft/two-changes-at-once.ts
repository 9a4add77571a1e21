import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "two-changes-at-once",
  wrong: "A leader takes in a change while another is not committed.",
  source: "RedisRaft #17; etcd #7625. Ongaro's thesis §4.1.",
  file: "src/protocols/raft/changes.ts",
  find: "    changes.pendingIndex = entry.index;",
  replace: "    changes.pendingIndex = 0;",
  scenario: "raft-config-change-add-remove/pending",
  invariant: "RAFT-CONFIG",
};

export default mutant;
