import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-without-loyalty",
  wrong: "Who has confirmed a leader votes for another all the same, and leases count on it.",
  source: "The check-quorum rule of etcd: a lease is safe only while voters withhold their votes.",
  file: "src/protocols/raft/elections.ts",
  find: "const isLoyal = this.#member.config.options.checkQuorum && this.#member.hearsLeader();",
  replace: "const isLoyal = this.#member.config.options.checkQuorum && this.#member.isLeader;",
  scenario: "raft-linearizable-reads/loyal-voters",
  invariant: "STALE-READ",
};

export default mutant;
