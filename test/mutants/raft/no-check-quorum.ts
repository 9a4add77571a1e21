import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-check-quorum",
  wrong: "A leader never notices that it is alone.",
  source: "Chronik never enables check-quorum; Ongaro's thesis §6.2.",
  file: "src/protocols/raft/leader.ts",
  find: "if (!hasQuorum ||",
  replace: "if (",
  scenario: "raft-leader-in-minority",
  invariant: "STEP-DOWN",
};

export default mutant;
