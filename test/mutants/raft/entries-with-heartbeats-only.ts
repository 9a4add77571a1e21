import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "entries-with-heartbeats-only",
  wrong: "A leader sends what is new with its heartbeats, and not when it comes.",
  source: "Raft §5.3: in parallel, at once; a batch without a bound of time.",
  file: "src/protocols/raft/replicator.ts",
  find: "    if (progress.isPaused || progress.next > state.log.lastIndex) return;",
  replace: '    if (progress.isPaused || progress.mode === "replicate") return;',
  scenario: "raft-latency-injection",
  invariant: "COMMIT-LATENCY",
  alone: [{ scenario: "raft-large-messages", invariant: "COMMIT-SIZE" }],
};

export default mutant;
