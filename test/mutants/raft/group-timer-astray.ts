import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "group-timer-astray",
  wrong: "A host hands every timer to the first group that it serves.",
  source: "Scenario raft-multi-group: no cross-group delivery.",
  file: "src/protocols/groups/group-host.ts",
  find: "this.#member(group).onTimer?.(own);",
  replace: "[...this.#groups.values()][0]!.onTimer?.(own);",
  scenario: "raft-multi-group",
  invariant: "GROUP-APART",
  alone: [{ scenario: "raft-multi-group", invariant: "GROUP-ELECTS" }],
};

export default mutant;
