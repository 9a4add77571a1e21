import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "transfer-never-given-up",
  wrong: "A leader that hands over takes in nothing more, though the other is down.",
  source: "etcd's transfer tests: a leader gives up after an election timeout; thesis §3.10.",
  file: "src/protocols/raft/transfer.ts",
  find: "role.transfer = undefined;",
  replace: "",
  scenario: "raft-leadership-transfer/target-crash",
  invariant: "PROGRESS",
};

export default mutant;
