import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "page-of-host-time",
  wrong: "A page of metrics has the time of the machine that runs the simulation.",
  source: "Time comes from the world alone: FoundationDB, simulation.",
  file: "src/protocols/monitoring/answer-collector.ts",
  find: "Math.max(0, env.wallClock())",
  replace: "Date.now() * 1_000",
  scenario: "tb-monitoring-health",
  invariant: "TB-EXPOSITION",
};

export default mutant;
