import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "votes-forgotten",
  wrong: "A validator that starts anew does not take in what it has voted for.",
  source: "Casper FFG \u00a72, commandments I and II bind a validator, not a life of its process.",
  file: "src/protocols/block-sync/finality/voter.ts",
  find: "for (const vote of votes) voter.record = recordVote(voter.record, vote);",
  replace: "",
  scenario: "bs-fork-reorg/lonely-voter",
  invariant: "VOTES",
  alone: [{ scenario: "bs-fork-reorg/lonely-voter", invariant: "BLAMELESS" }],
};

export default mutant;
