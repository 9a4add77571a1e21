import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "older-promises-leave",
  wrong: "What an older term has promised leaves when it is durable, though a new term has begun.",
  source: "Raft §5.1; etcd/raft `newStorageAppendRespMsg`, on the ABA problem.",
  file: "src/protocols/raft/durability.ts",
  find: "    this.#state().outbox = [];\n",
  replace: "",
  scenario: "raft-random-failures-property/swarm",
  invariant: "RAFT-VOTE",
};

export default mutant;
