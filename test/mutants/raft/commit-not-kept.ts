import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-not-kept",
  wrong: "Who restarts counts with the first members, whichever changes its log has.",
  source: "Ongaro's thesis §4.1 and §4.3: two majorities, and neither knows of the other.",
  file: "src/protocols/raft/persistence.ts",
  find: "return this.#wrote(this.#storage.saveCommit(this.#state().commit));",
  replace: "return this.#state().commit >= 0;",
  scenario: "raft-config-change-add-remove/first-members-restart",
  invariant: "RAFT-CONFIG",
};

export default mutant;
