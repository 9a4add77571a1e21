import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "removed-leader-stays",
  wrong: "A leader that was removed leads on.",
  source: "Ongaro's thesis §4.2.2; etcd's script confchange_v1_remove_leader.",
  file: "src/protocols/raft/leader.ts",
  find: "if (!isVoter) {",
  replace: "if (!isVoter && peers.length === 0) {",
  scenario: "raft-config-change-add-remove",
  invariant: "RAFT-VOTERS",
};

export default mutant;
