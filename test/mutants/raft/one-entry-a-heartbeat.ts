import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "one-entry-a-heartbeat",
  wrong: "A heartbeat carries one entry, and nothing else does.",
  source: "Raft §5.3 and thesis §10.2.2: entries are batched and pipelined.",
  file: "src/protocols/raft/replicator.ts",
  find: "    if (progress.isPaused || progress.next > state.log.lastIndex) return;",
  replace: '    if (progress.isPaused || progress.mode === "replicate") return;',
  also: [
    {
      file: "src/protocols/raft/progress.ts",
      find: 'mode === "full" ? 1 : appendEntriesMax',
      replace: 'mode === "snapshot" ? appendEntriesMax : 1',
    },
  ],
  scenario: "orch-eventual-consistency-timing",
  invariant: "ALL-VMS",
  alone: [
    { scenario: "raft-packet-loss", invariant: "PROGRESS 10 %" },
    { scenario: "orch-cascading-partition-failures", invariant: "SECOND-PHASE" },
    { scenario: "orch-eventual-consistency-timing", invariant: "BATCHES" },
  ],
};

export default mutant;
