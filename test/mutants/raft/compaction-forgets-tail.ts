import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "compaction-forgets-tail",
  wrong: "What comes while a snapshot is not durable is missing in the new journal.",
  source: "RedisRaft #43; dragonboat 7d5dc73.",
  file: "src/protocols/raft/storage.ts",
  find: "error ?? this.#next.appendSame(this.#journal)",
  replace: "error",
  scenario: "raft-log-compaction-during-leader-change",
  invariant: "RAFT-DURABLE",
};

export default mutant;
