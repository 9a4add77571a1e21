import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "check-quorum-miscounts",
  wrong: "A leader that asks whether a majority is there counts itself twice.",
  source: "Ongaro's thesis §6.2; an off-by-one of any count of votes.",
  file: "src/protocols/raft/leader.ts",
  find: "let active = 1;",
  replace: "let active = 2;",
  scenario: "raft-majority-required/leader-survives",
  invariant: "NO-LEADER",
};

export default mutant;
