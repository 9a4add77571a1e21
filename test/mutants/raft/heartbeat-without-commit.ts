import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "heartbeat-without-commit",
  wrong: "A message without entries does not say what is committed.",
  source: "etcd/raft #138: a commit is told though there is nothing else to send.",
  file: "src/protocols/raft/replicator.ts",
  find: "    const { log, term, commit } = state;",
  replace: [
    "    const { log, term } = state;",
    "    const commit = last >= progress.next ? state.commit : 0;",
  ].join("\n"),
  scenario: "orch-basic-network-partition",
  invariant: "BEFORE",
  alone: [{ scenario: "orch-task-read-after-write", invariant: "ALL-TASKS" }],
};

export default mutant;
