import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-not-durable",
  wrong: "A journal with a snapshot takes its name before it is durable: who it is may be lost.",
  source: "RediSearch redisraft #654; Raft §7.",
  file: "src/protocols/raft/snapshots.ts",
  find: "next === undefined || next.after > durable",
  replace: "next === undefined",
  scenario: "raft-log-compaction-during-leader-change/often",
  invariant: "CATCH-UP",
};

export default mutant;
