import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-trigger-lost",
  wrong: "A snapshot is taken when just so many entries were applied, and not when it was more.",
  source: "openraft #1829: the trigger is an edge, and gets lost.",
  file: "src/protocols/raft/snapshots.ts",
  find: "    if (since < config.options.snapshotEntries &&",
  replace: "    if (since !== config.options.snapshotEntries &&",
  scenario: "raft-log-compaction-during-leader-change",
  invariant: "LOG-LENGTH",
};

export default mutant;
