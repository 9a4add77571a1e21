import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-not-told",
  wrong: "A follower takes no word of what is committed from a message without entries.",
  source: "etcd/raft #138; Raft §5.3: followers learn of commits by heartbeats, too.",
  file: "src/protocols/raft/follower.ts",
  find: "    member.commitUpTo(Math.min(commit, match));",
  replace: "    if (entries.length > 0) member.commitUpTo(Math.min(commit, match));",
  scenario: "orch-bench-replication-latency",
  invariant: "ALL-VMS",
  alone: [{ scenario: "orch-bench-throughput", invariant: "APPLIED" }],
};

export default mutant;
