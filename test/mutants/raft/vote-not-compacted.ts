import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "vote-not-compacted",
  wrong: "The journal that a snapshot begins has neither the term nor the vote of the old one.",
  source: "RedisRaft 46a6ad0.",
  file: "src/protocols/raft/storage.ts",
  find: "    error ??= write((writer) => writeVote(writer, term, votedFor));\n",
  replace: "",
  scenario: "raft-log-compaction-during-leader-change/often",
  invariant: "RAFT-DURABLE",
};

export default mutant;
