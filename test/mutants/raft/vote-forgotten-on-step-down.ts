import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "vote-forgotten-on-step-down",
  wrong: "To become a follower clears the vote, also in the same term.",
  source: "willemt/raft daa93cb; CCF #5891.",
  file: "src/protocols/raft/member.ts",
  find: 'state.role = { kind: "follower", leader };',
  replace: [
    'state.role = { kind: "follower", leader };',
    "    this.persistence.saveVote(state.term, undefined);",
  ].join("\n"),
  scenario: "raft-rapid-leader-changes/figure-8",
  invariant: "RAFT-VOTE",
};

export default mutant;
