import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-promise-forgotten",
  wrong: "A voter that has confirmed a leader, and restarts, votes for another at once.",
  source: "This project's own rule; Ongaro's thesis §6.4.1 says nothing of restarts.",
  file: "src/protocols/raft/member.ts",
  find: "if (leaseReads && state.term > 0) state.loyalUntil",
  replace: "if (leaseReads && state.term < 0) state.loyalUntil",
  scenario: "raft-linearizable-reads/forgetful-voters",
  invariant: "STALE-READ",
};

export default mutant;
