import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "quorum-of-the-sent",
  wrong: "A leader takes a follower for active when it has sent to it, and not heard from it.",
  source: "Ongaro's thesis §6.2: a leader that hears nobody must step down, though all hear it.",
  file: "src/protocols/raft/leader.ts",
  find: "    for (const progress of role.progress.values()) progress.isActive = false;\n",
  replace: "",
  scenario: "raft-asymmetric-partition/deaf-leader",
  invariant: "STEP-DOWN",
};

export default mutant;
