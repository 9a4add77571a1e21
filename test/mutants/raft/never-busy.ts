import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "never-busy",
  wrong: "A leader takes in commands however many are not committed yet.",
  source: "etcd/raft, MaxUncommittedEntriesSize; scenario raft-resource-throttling.",
  file: "src/protocols/raft/proposals.ts",
  find: "const isFull = uncommitted > 0 &&",
  replace: "const isFull = uncommitted < 0 &&",
  scenario: "raft-overload",
  invariant: "MEMORY",
  alone: [{ scenario: "raft-resource-throttling/memory", invariant: "QUEUE" }],
};

export default mutant;
