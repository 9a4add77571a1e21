import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "vote-for-everybody",
  wrong: "A server votes for every candidate of a term.",
  source: "DaosRaft #1 in SandTable, EuroSys 2024; Raft §5.2.",
  file: "src/protocols/raft/elections.ts",
  find: "const isFree = state.votedFor === undefined || state.votedFor === from;",
  replace: "const isFree = true;",
  scenario: "raft-initial-election/split-vote",
  invariant: "RAFT-VOTE",
};

export default mutant;
