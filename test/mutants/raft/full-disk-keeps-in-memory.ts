import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "full-disk-keeps-in-memory",
  wrong: "An entry for which the disk has no room is kept in memory all the same.",
  source: "Scenario raft-disk-full: who cannot persist never acknowledges.",
  file: "src/protocols/raft/persistence.ts",
  find: "if (!this.#wrote(this.#storage.saveEntry())) return false;",
  replace: "this.#wrote(this.#storage.saveEntry());",
  scenario: "raft-disk-full/follower",
  invariant: "RAFT-DURABLE",
  alone: [{ scenario: "raft-disk-full/both-followers", invariant: "NO-ACK" }],
};

export default mutant;
