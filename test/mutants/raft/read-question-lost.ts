import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "read-question-lost",
  wrong: "A follower asks its leader once for a read index, and waits for the answer for ever.",
  source:
    "Apache Ratis, RATIS-1044 and RATIS-2044: a lost ReadIndex is neither repeated nor ended.",
  file: "src/protocols/raft/follower-reads.ts",
  find: "if (asked.waiting.length === 0) env.",
  replace: "if (asked.waiting.length < 0) env.",
  scenario: "raft-linearizable-reads/followers",
  invariant: "READS-END",
};

export default mutant;
