import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "leader-never-deposed",
  wrong: "A leader hears nothing of later terms.",
  source: "Raft §5.1: who learns of a later term is a follower at once.",
  file: "src/protocols/raft/follower.ts",
  find: ["    if (!member.follow(from, term)) return;", "    // A snapshot that"].join("\n"),
  replace: [
    "    if (member.isLeader || !member.follow(from, term)) return;",
    "    // A snapshot that",
  ].join("\n"),
  also: [
    {
      file: "src/protocols/raft/leader.ts",
      find: [
        "    if (message.term > state.term) this.#member.enterTerm(message.term, undefined);",
        "",
      ].join("\n"),
      replace: "",
    },
  ],
  scenario: "raft-leader-in-minority/no-check-quorum",
  invariant: "OLD-LEADER-FOLLOWS",
};

export default mutant;
