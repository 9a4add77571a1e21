import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "learner-votes",
  wrong: "A learner stands for election like any voter, and its own vote counts.",
  source: "hashicorp/raft #483; openraft 39690593. Ongaro's thesis §4.2.1.",
  file: "src/protocols/raft/elections.ts",
  find: "if (!this.#member.isVoter) return;\n    if (this.#givesWay",
  replace: "if (this.#member.peers.length === 0) return;\n    if (this.#givesWay",
  scenario: "raft-config-change-add-remove/learners",
  invariant: "RAFT-VOTERS",
};

export default mutant;
