import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "vote-ignores-log",
  wrong: "A vote is given to any candidate, however short its log.",
  source: "Raft §5.4.1; raft.tla mutants, MIT 6.824 labs.",
  file: "src/protocols/raft/elections.ts",
  find: "lastTerm > own.lastTerm || (lastTerm === own.lastTerm && lastIndex >= own.lastIndex)",
  replace: "lastTerm >= 0 || lastIndex >= own.lastIndex",
  scenario: "raft-random-failures-property/swarm",
  invariant: "RAFT-COMPLETE",
};

export default mutant;
