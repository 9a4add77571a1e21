import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "config-change-as-data",
  wrong: "The entry of a change is stored and applied like any other, and changes nobody's mind.",
  source: "Scenarios raft-config-change-add-remove and raft-joint-consensus.",
  file: "src/protocols/raft/member.ts",
  find: "if (entry.configuration !== undefined) this.#reconfigure(entry.configuration);",
  replace: "if (entry.index < 0) this.#reconfigure(entry.configuration!);",
  scenario: "raft-config-change-add-remove",
  invariant: "CHANGES",
  alone: [{ scenario: "raft-config-change-add-remove", invariant: "MEMBERS" }],
};

export default mutant;
