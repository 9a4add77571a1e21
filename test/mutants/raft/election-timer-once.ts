import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "election-timer-once",
  wrong: "A lost election is never followed by another.",
  source: "Raft §5.2, split votes; hashicorp/raft 30f065a.",
  file: "src/protocols/raft/elections.ts",
  find: "    this.#member.resetElectionTimer();\n    if (!this.#member.isVoter) return;\n",
  replace: "    if (!this.#member.isVoter) return;\n",
  scenario: "raft-random-failures-property/swarm",
  invariant: "LEADER-ELECTED",
};

export default mutant;
