import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "name-not-synced",
  wrong: "The journal's bytes are synced, and the name of the new file is not.",
  source: "fsync(2): the directory needs a sync of its own; Pillai et al., OSDI 2014.",
  file: "src/protocols/raft/durability.ts",
  find: 'this.#env.disk.sync("raft");',
  replace: 'this.#env.disk.sync("raft", this.#env.disk.list()[0]);',
  scenario: "raft-random-failures-property/swarm",
  invariant: "RAFT-DURABLE",
};

export default mutant;
