import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "learner-applies-nothing",
  wrong: "A member that has no vote applies nothing, not even the change that gives it one.",
  source: "Ongaro's thesis §4.2.1: it takes part in all but votes and counts.",
  file: "src/protocols/raft/follower.ts",
  find: "    member.commitUpTo(Math.min(commit, match));",
  replace: "    if (member.isVoter) member.commitUpTo(Math.min(commit, match));",
  scenario: "orch-bench-replication-latency",
  invariant: "VISIBLE",
};

export default mutant;
