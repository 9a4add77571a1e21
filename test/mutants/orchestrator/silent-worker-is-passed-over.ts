import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "silent-worker-is-passed-over",
  wrong:
    "A worker that was not heard of for 20 s is given nothing, though nobody has called it lost.",
  source: "Scenario orch-bench-sustained-load: without faults there are no errors.",
  file: "src/protocols/orchestrator/vms.ts",
  find: "  const worker = bestFit(state.workers, spec);",
  replace: [
    "  const heard = [...state.workers].filter(([, { seenAt }]) => at - seenAt < 20_000_000);",
    "  const worker = bestFit(new Map(heard), spec);",
  ].join("\n"),
  scenario: "orch-bench-sustained-load",
  invariant: "ALL-VMS",
  alone: [{ scenario: "orch-bench-sustained-load", invariant: "NO-ERRORS" }],
};

export default mutant;
