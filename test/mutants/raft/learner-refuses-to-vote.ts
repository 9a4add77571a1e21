import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "learner-refuses-to-vote",
  wrong: "Who is a learner as far as it knows refuses its vote, though the others know better.",
  source:
    "etcd #10998; thesis §4.1: servers process requests whatever their own configuration says.",
  file: "src/protocols/raft/elections.ts",
  find: "    if (!this.#mayVote(transfer === true)) return;",
  replace: "    if (!member.isVoter || !this.#mayVote(transfer === true)) return;",
  scenario: "raft-joint-consensus/partition",
  invariant: "MEMBERS",
};

export default mutant;
