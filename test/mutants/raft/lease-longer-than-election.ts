import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-longer-than-election",
  wrong: "A lease lasts half as long again as others wait before they elect another leader.",
  source: "Chronik: a lease that is set apart from the election timeout; Ongaro's thesis §6.4.1.",
  file: "src/protocols/raft/read-state.ts",
  find: "return Math.floor((electionTimeoutMin * (1 - clockDriftMax)) / (1 + clockDriftMax));",
  replace: "return Math.floor((electionTimeoutMin * 3) / 2);",
  scenario: "raft-clock-skew/isolation",
  invariant: "STALE-READ",
  alone: [{ scenario: "raft-clock-skew/isolation", invariant: "LIN" }],
};

export default mutant;
