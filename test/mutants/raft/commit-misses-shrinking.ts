import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-misses-shrinking",
  wrong: "An entry that a majority holds once a member is gone waits for the next proposal.",
  source: "etcd/raft, switchToConfig: what is committed is counted anew when the quorum shrinks.",
  file: "src/protocols/raft/leader.ts",
  find: ["    this.#answerItself(matchOf(role.progress, own));", ""].join("\n"),
  replace: "",
  scenario: "raft-config-change-add-remove/last-writer",
  invariant: "PROGRESS",
};

export default mutant;
