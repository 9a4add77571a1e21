import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "attempts-unbounded",
  wrong: "A peer is asked for the same blocks for as long as it gives nothing.",
  source: "bs-header-first-parallel: failed ranges are asked for at most 3 times of each peer.",
  file: "src/protocols/block-sync/sync/choice.ts",
  find: "attemptsOf(batch, name) < attemptsPerPeer &&",
  replace: "attemptsOf(batch, name) >= 0 &&",
  scenario: "bs-block-validation/by-sync",
  invariant: "BS-WINDOW",
};

export default mutant;
