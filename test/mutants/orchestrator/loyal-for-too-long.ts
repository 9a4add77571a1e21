import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "loyal-for-too-long",
  wrong: "Who has heard from a leader votes for nobody else for five timeouts.",
  source: "Ongaro's thesis §4.2.3: for the shortest election timeout.",
  file: "src/protocols/raft/member.ts",
  find: "    return this.env.now() - leaderHeardAt < this.config.options.electionTimeoutMin;",
  replace:
    "    return this.env.now() - leaderHeardAt < this.config.options.electionTimeoutMin * 5;",
  scenario: "orch-bench-sustained-load/leader-crash",
  invariant: "RESUMED",
  alone: [{ scenario: "raft-wiped-member", invariant: "ELECTS" }],
};

export default mutant;
