import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "probed-half-as-often",
  wrong: "Nodes are probed half as often as they are to be.",
  source: "tb-monitoring-health: who is down is reported within an interval and the timeout.",
  file: "src/protocols/monitoring/collector.ts",
  find: "this.#env.setTimer(PROBE_TIMER, options.probeInterval);",
  replace: "this.#env.setTimer(PROBE_TIMER, 2 * options.probeInterval);",
  scenario: "tb-monitoring-health",
  invariant: "TB-TOLD",
};

export default mutant;
