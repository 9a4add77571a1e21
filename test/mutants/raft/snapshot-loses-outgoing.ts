import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-loses-outgoing",
  wrong: "Who reads a snapshot forgets the voters that are about to leave.",
  source: "etcd e515a67; openraft 6c0ccaf3.",
  file: "src/protocols/raft/member.ts",
  find: "    this.#reconfigure(configuration);\n    config.restore",
  replace: "    this.#reconfigure({ ...configuration, outgoing: [] });\n    config.restore",
  scenario: "raft-joint-consensus/snapshots",
  invariant: "RAFT-SNAPSHOT",
};

export default mutant;
