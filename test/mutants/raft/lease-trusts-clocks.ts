import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-trusts-clocks",
  wrong: "A lease lasts as long as the shortest election timeout, whatever clocks may drift.",
  source: "Ongaro's thesis §6.4.1: leases assume a bound on clock drift across servers.",
  file: "src/protocols/raft/read-state.ts",
  find: "return Math.floor((electionTimeoutMin * (1 - clockDriftMax)) / (1 + clockDriftMax));",
  replace: "return electionTimeoutMin;",
  scenario: "raft-clock-skew/isolation",
  invariant: "STALE-READ",
};

export default mutant;
