import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-acknowledged-early",
  wrong: "An installed snapshot is acknowledged before its name is durable.",
  source: "Raft §7; raft-rs 7e7322b reports too high an index.",
  file: "src/protocols/raft/snapshots.ts",
  find: "    durability.promise(from, reply);",
  replace: "    env.send(from, reply);",
  scenario: "raft-snapshot-to-lagging-follower",
  invariant: "RAFT-DURABLE",
};

export default mutant;
