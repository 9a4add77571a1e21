import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-never-ends",
  wrong: "A leader that had a lease once answers lease reads for as long as it believes to lead.",
  source: "Ongaro's thesis §6.4.1; scenario raft-linearizable-reads, lease-longer-than-election.",
  file: "src/protocols/raft/reads.ts",
  find: "env.now() < reads.leaseUntil",
  replace: "0 < reads.leaseUntil",
  scenario: "raft-linearizable-reads",
  invariant: "STALE-READ",
  alone: [{ scenario: "raft-linearizable-reads/drift-beyond-bound", invariant: "STALE-LEASE" }],
};

export default mutant;
