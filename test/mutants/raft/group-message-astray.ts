import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "group-message-astray",
  wrong: "A host hands every message to the first group that it serves.",
  source: "Scenario raft-multi-group: no cross-group delivery.",
  file: "src/protocols/groups/group-host.ts",
  find: "this.#member(message.group).onMessage(from, message);",
  replace: "[...this.#groups.values()][0]!.onMessage(from, message);",
  scenario: "raft-multi-group",
  invariant: "GROUP-APART",
};

export default mutant;
