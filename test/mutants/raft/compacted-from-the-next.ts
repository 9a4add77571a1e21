import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "compacted-from-the-next",
  wrong: "The journal that is written anew begins with one entry too few.",
  source: "RedisRaft #42: the index is off by one after a rewrite.",
  file: "src/protocols/raft/storage.ts",
  find: "for (let index = base + 1; index <= log.lastIndex",
  replace: "for (let index = base + 2; index <= log.lastIndex",
  scenario: "raft-log-compaction-during-leader-change/often",
  invariant: "RAFT-DURABLE",
};

export default mutant;
