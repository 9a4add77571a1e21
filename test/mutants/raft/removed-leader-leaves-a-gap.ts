import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "removed-leader-leaves-a-gap",
  wrong: "A leader that is removed goes without telling another to take over.",
  source: "Scenario raft-config-change-add-remove: the removal of the leader hands over.",
  file: "src/protocols/raft/leader.ts",
  find: "    this.#handOver(role);\n",
  replace: "",
  scenario: "raft-config-change-add-remove",
  invariant: "PROGRESS",
};

export default mutant;
