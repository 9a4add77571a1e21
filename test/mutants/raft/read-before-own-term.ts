import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "read-before-own-term",
  wrong: "A new leader answers reads before it has committed an entry of its own term.",
  source: "Ongaro's thesis §6.4, step 1; hashicorp/raft VerifyLeader.",
  file: "src/protocols/raft/reads.ts",
  find: "const index = Math.max(state.commit, reads.firstIndex);",
  replace: "const index = state.commit;",
  scenario: "raft-linearizable-reads/crashes",
  invariant: "STALE-READ",
};

export default mutant;
