import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "recovery-not-synced",
  wrong: "After a restart, what was read back counts as durable although it may only be cached.",
  source: "Vanlightly's RaftFsync specification; the page cache survives a process, not a machine.",
  file: "src/protocols/raft/persistence.ts",
  find: ["    this.#durability.wrote(error);", ""].join("\n"),
  replace: "",
  scenario: "raft-random-failures-property/swarm",
  invariant: "RAFT-DURABLE",
};

export default mutant;
