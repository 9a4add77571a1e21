import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-drops-suffix",
  wrong: "A snapshot drops the log behind it, though the log has its last entry.",
  source: "Raft figure 13, rule 6; etcd/raft `restore`.",
  file: "src/protocols/raft/snapshot-receiver.ts",
  find: "    if (isHeld) this.#member.commitUpTo(index);",
  replace: "",
  scenario: "raft-random-failures-property/swarm",
  invariant: "RAFT-KEEP",
};

export default mutant;
