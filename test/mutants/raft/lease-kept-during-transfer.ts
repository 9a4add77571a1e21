import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-kept-during-transfer",
  wrong: "A leader that has told another to take over keeps its lease.",
  source: "etcd #12704; TiKV raft-rs and openraft had the same (#1593, #1747).",
  file: "src/protocols/raft/transfer.ts",
  find: "role.reads.isLeaseGivenUp = true;",
  replace: "",
  scenario: "raft-leadership-transfer/deaf-leader",
  invariant: "STALE-READ",
  alone: [{ scenario: "raft-leadership-transfer/deaf-leader", invariant: "LIN" }],
};

export default mutant;
