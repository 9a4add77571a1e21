import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-before-check",
  wrong: "A follower commits what it holds before it looks whether that is what the leader has.",
  source: "Raft figure 2, AppendEntries: rule 5 comes after rules 2 and 3.",
  file: "src/protocols/raft/follower.ts",
  find: "if (prevIndex > log.lastIndex || termAt(log, prevIndex) !== prevTerm) {",
  replace: [
    "member.commitUpTo(Math.min(message.commit, log.lastIndex));",
    "    if (prevIndex > log.lastIndex || termAt(log, prevIndex) !== prevTerm) {",
  ].join("\n"),
  scenario: "raft-rapid-leader-changes/longer-log",
  invariant: "RAFT-SM-SAFETY",
};

export default mutant;
