import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "compacted-leader-waits",
  wrong: "A leader whose log was compacted once sends what is new with its heartbeats only.",
  source: "Scenario orch-bench-sustained-load: what is acknowledged in the end takes no longer.",
  file: "src/protocols/raft/replicator.ts",
  find: "    if (progress.isPaused || progress.next > state.log.lastIndex) return;",
  replace: [
    "    if (progress.isPaused || progress.next > state.log.lastIndex) return;",
    '    if (state.log.base.index > 0 && progress.mode === "replicate") return;',
  ].join("\n"),
  scenario: "orch-bench-sustained-load",
  invariant: "DRIFT",
};

export default mutant;
