import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "pre-vote-wins",
  wrong: "A won pre-vote makes a leader at once, without an election.",
  source: "etcd 3c7359d; Ongaro's thesis §9.6.",
  file: "src/protocols/raft/elections.ts",
  find: 'if (this.#result(role.votes) === "won") this.#startElection();',
  replace: 'if (this.#result(role.votes) === "won") this.#becomeLeader();',
  scenario: "raft-initial-election",
  invariant: "RAFT-VOTE",
};

export default mutant;
