import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "vote-compares-index-only",
  wrong: "The longer log wins, whatever its last term.",
  source: "hashicorp/raft #94; openraft a48a3282; Raft §5.4.1.",
  file: "src/protocols/raft/elections.ts",
  find: "lastTerm > own.lastTerm || (lastTerm === own.lastTerm && lastIndex >= own.lastIndex)",
  replace: "lastIndex >= own.lastIndex",
  scenario: "raft-rapid-leader-changes/longer-log",
  invariant: "RAFT-COMPLETE",
};

export default mutant;
