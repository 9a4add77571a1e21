import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "read-confirmed-by-old-answer",
  wrong: "Any answer to a confirmation, be it of an earlier round, confirms the newest read.",
  source: "etcd-io/raft #397; Ongaro's thesis §6.4, step 3: a round of heartbeats begun since.",
  file: "src/protocols/raft/reads.ts",
  find: "if (round === reads.round && round > reads.confirmed) this.#confirm(from, reads);",
  replace: "if (round > 0 && reads.round > reads.confirmed) this.#confirm(from, reads);",
  scenario: "raft-linearizable-reads/late-confirmations",
  invariant: "STALE-READ",
  alone: [{ scenario: "raft-linearizable-reads/late-confirmations", invariant: "LIN" }],
};

export default mutant;
