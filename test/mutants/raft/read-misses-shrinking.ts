import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "read-misses-shrinking",
  wrong: "A read whose confirmers are a majority once a member is gone waits for more of them.",
  source: "raft-rs 513b82c: pending reads are looked at again when the quorum shrinks.",
  file: "src/protocols/raft/leader.ts",
  find: ["    this.#reads.onReconfigured();", ""].join("\n"),
  replace: "",
  scenario: "raft-config-change-add-remove/last-reader",
  invariant: "RETURN",
  alone: [{ scenario: "raft-config-change-add-remove/last-reader", invariant: "READS-END" }],
};

export default mutant;
