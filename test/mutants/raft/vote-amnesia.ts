import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "vote-amnesia",
  wrong: "The vote is written to disk without the candidate, so a restart forgets it.",
  source: "Chronik and Blixard keep term and vote in memory; Raft §5, persistent state.",
  file: "src/protocols/raft/records.ts",
  find: 'writer.text(votedFor ?? "");',
  replace: 'writer.text("");',
  scenario: "raft-vote-durability",
  invariant: "RAFT-VOTE",
  alone: [{ scenario: "raft-vote-durability/5-nodes", invariant: "ONE-LEADER" }],
};

export default mutant;
