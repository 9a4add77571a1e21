import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "joint-needs-new-only",
  wrong: "In joint consensus a leader commits with the majority of the new members alone.",
  source: "Raft §6; variants of raft.tla.",
  file: "src/protocols/raft/quorum.ts",
  find: [
    "  return outgoing.length === 0",
    "    ? incoming",
    "    : Math.min(incoming, majorityIndex(outgoing.map(matchOf)));",
  ].join("\n"),
  replace: "  return outgoing.length < 0 ? majorityIndex(outgoing.map(matchOf)) : incoming;",
  scenario: "raft-leadership-transfer/members",
  invariant: "RAFT-QUORUM",
};

export default mutant;
