import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "health-status-always-zero",
  wrong: "The health check says that all is well, whoever is down.",
  source: "A script whose last command succeeds exits with 0.",
  file: "src/protocols/monitoring/collector.ts",
  find: "status: down.length > 0 ? 1 : 0",
  replace: "status: down.length > 99 ? 1 : 0",
  scenario: "tb-monitoring-health",
  invariant: "TB-PROBE",
};

export default mutant;
