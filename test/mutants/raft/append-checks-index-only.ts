import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "append-checks-index-only",
  wrong: "An append fits if there is an entry before it, of whatever term.",
  source: "WRaft #1 in SandTable, EuroSys 2024; Raft §5.3.",
  file: "src/protocols/raft/follower.ts",
  find: "if (prevIndex > log.lastIndex || termAt(log, prevIndex) !== prevTerm) {",
  replace: "if (prevIndex > log.lastIndex) {",
  scenario: "raft-rapid-leader-changes/figure-8",
  invariant: "RAFT-MATCH",
};

export default mutant;
