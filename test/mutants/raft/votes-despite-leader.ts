import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "votes-despite-leader",
  wrong: "Who hears from a leader votes for another all the same.",
  source: "Ongaro's thesis §4.2.3; Raft §6, third issue; hashicorp #477.",
  file: "src/protocols/raft/elections.ts",
  find: "this.#member.config.options.checkQuorum && this.#member.hearsLeader()",
  replace: "this.#member.config.options.leaseReads && this.#member.hearsLeader()",
  scenario: "raft-config-change-add-remove/removed-returns",
  invariant: "LEADER-STAYS",
};

export default mutant;
