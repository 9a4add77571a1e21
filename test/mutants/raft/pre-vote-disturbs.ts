import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "pre-vote-disturbs",
  wrong: "Who is asked for a pre-vote takes over the term that is asked about.",
  source: "hashicorp/raft #609; Ongaro's thesis §9.6.",
  file: "src/protocols/raft/elections.ts",
  find: ["    const granted =", "      term > state.term && !this.#member.hearsLeader()"].join(
    "\n",
  ),
  replace: [
    "    if (term > state.term) this.#member.enterTerm(term, undefined);",
    "    const granted =",
    "      term > state.term && !this.#member.hearsLeader()",
  ].join("\n"),
  scenario: "raft-flapping-network",
  invariant: "AGREEMENT",
  alone: [
    { scenario: "orch-failure-recovery", invariant: "LEADER-2" },
    { scenario: "orch-failure-recovery", invariant: "LEADER-3" },
    { scenario: "orch-failure-recovery", invariant: "LEADER-4" },
    { scenario: "orch-failure-recovery", invariant: "LEADER-1" },
  ],
};

export default mutant;
