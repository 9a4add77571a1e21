import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "probe-tells-stale-up",
  wrong: "A node whose metrics were read before counts as up, whatever it answers now.",
  source: "Prometheus marks series of a failed scrape as stale for that.",
  file: "src/protocols/monitoring/collector.ts",
  find: "const { up } = round;",
  replace: "const up = this.#config.nodes.filter((node) => this.state.pages.has(node));",
  scenario: "tb-monitoring-health",
  invariant: "TB-PROBE",
};

export default mutant;
