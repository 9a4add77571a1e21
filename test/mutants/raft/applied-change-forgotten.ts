import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "applied-change-forgotten",
  wrong: "A member that restarts goes back to the change before the last one it has applied.",
  source:
    "etcd/raft #10563 is its neighbour; Ongaro's thesis §4.1: who was removed may be switched off.",
  file: "src/protocols/raft/member.ts",
  find: "if (this.state.configuration !== configuration) this.persistence.saveCommit();",
  replace: "if (this.state.configuration !== configuration) this.lastEntry();",
  scenario: "raft-config-change-add-remove/down-to-one",
  invariant: "RETURN",
};

export default mutant;
