import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "joint-counts-union",
  wrong: "In joint consensus a majority of all members, old and new together, elects a leader.",
  source: "CCF #3948. Raft §6: separate majorities of both.",
  file: "src/protocols/raft/quorum.ts",
  find: [
    "  const incoming = majorityResult(voters, votes);",
    '  const other = outgoing.length === 0 ? "won" : majorityResult(outgoing, votes);',
  ].join("\n"),
  replace: [
    "  const union = [...new Set([...voters, ...outgoing])];",
    "  const incoming = majorityResult(union, votes);",
    '  const other: VoteResult = outgoing.length < 0 ? majorityResult(outgoing, votes) : "won";',
  ].join("\n"),
  scenario: "raft-joint-consensus/partition",
  invariant: "RAFT-VOTERS",
};

export default mutant;
