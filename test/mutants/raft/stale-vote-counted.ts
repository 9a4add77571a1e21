import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "stale-vote-counted",
  wrong: "An answer to a vote request of an earlier term counts in this one.",
  source: "akka-raft #46; Xraft #33; @usex/raft; Raft figure 2, rules for servers.",
  file: "src/protocols/raft/elections.ts",
  find: 'if (term !== state.term || role.kind !== "candidate") return;',
  replace: 'if (role.kind !== "candidate" || (term !== state.term && !granted)) return;',
  scenario: "raft-election-timeout-profiles/latency-above-timeout",
  invariant: "RAFT-VOTERS",
};

export default mutant;
