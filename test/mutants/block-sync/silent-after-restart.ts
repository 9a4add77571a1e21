import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "silent-after-restart",
  wrong: "A validator that has ever voted votes no more when it starts anew.",
  source: "Finality needs more than 2/3 of the validators, and each starts anew some day.",
  file: "src/protocols/block-sync/finality/voter.ts",
  find: "if (!areVotesLost) return;",
  replace: "if (!areVotesLost && votes.length === 0) return;",
  scenario: "bs-fork-reorg/lonely-voter",
  invariant: "VOTES-AGAIN",
};

export default mutant;
