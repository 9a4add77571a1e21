import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-from-the-answer",
  wrong: "A lease counts from when a majority has answered, not from when it was asked.",
  source: "Ongaro's thesis §6.4.1: start + election timeout / clock drift bound.",
  file: "src/protocols/raft/reads.ts",
  find: "reads.leaseUntil = reads.beganAt + leaseDuration(config.options);",
  replace: "reads.leaseUntil = this.#member.env.now() + leaseDuration(config.options);",
  scenario: "raft-linearizable-reads/late-confirmations",
  invariant: "STALE-READ",
};

export default mutant;
