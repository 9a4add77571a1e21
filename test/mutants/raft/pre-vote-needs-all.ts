import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "pre-vote-needs-all",
  wrong: "A pre-vote is won when all have said yes, not when a majority has.",
  source: "Ongaro's thesis §9.6: a majority, or a cluster with one server down elects nobody.",
  file: "src/protocols/raft/elections.ts",
  find: 'if (this.#result(role.votes) === "won") this.#startElection();',
  replace: "if (role.votes.size > this.#member.otherVoters.length) this.#startElection();",
  scenario: "raft-rapid-leader-changes",
  invariant: "LEADER-REPLACED",
  alone: [
    {
      scenario: "raft-majority-partition-leader/leader-in-minority",
      invariant: "MAJORITY-ACK",
    },
  ],
};

export default mutant;
