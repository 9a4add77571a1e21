import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "votes-despite-leader",
  wrong: "Who hears from a leader votes for another all the same.",
  source: "Ongaro's thesis §4.2.3; Raft §6, third issue; hashicorp #477.",
  file: "src/protocols/raft/elections.ts",
  find: "    if (member.config.options.checkQuorum && member.hearsLeader()) return;",
  replace: "    if (member.config.options.leaseReads && member.hearsLeader()) return;",
  scenario: "raft-config-change-add-remove/removed-returns",
  invariant: "LEADER-STAYS",
};

export default mutant;
