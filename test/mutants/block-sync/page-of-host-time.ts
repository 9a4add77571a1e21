import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "page-of-host-time",
  wrong: "A page of metrics has the time of the machine that runs the simulation.",
  source: "Time comes from the world alone: FoundationDB, simulation.",
  file: "src/protocols/block-sync/chain-node.ts",
  find: "const stamp = { node: this.#env.id, now: this.#env.wallClock() };",
  replace: "const stamp = { node: this.#env.id, now: Date.now() * 1_000 };",
  scenario: "tb-monitoring-health",
  invariant: "TB-EXPOSITION",
};

export default mutant;
