import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "disk-before-network",
  wrong: "A leader sends an entry when its own disk has it, not at once.",
  source: "Ongaro's thesis §10.2.1: the leader writes in parallel with the others.",
  file: "src/protocols/raft/replicator.ts",
  find: "    if (progress.isPaused || progress.next > state.log.lastIndex) return;",
  replace: [
    "    if (progress.isPaused || progress.next > state.log.lastIndex) return;",
    "    if (state.durability.durable < state.durability.written) return;",
  ].join("\n"),
  scenario: "raft-resource-throttling/disk-of-leader",
  invariant: "COMMIT-TAIL",
};

export default mutant;
