// A process that does nothing but run plans: what the cores can do without any campaign.

import { findScenario, plan, run } from "../src/index.ts";

/** What it is asked for. */
export interface BareWork {
  readonly scenario: string;
  readonly from: number;
  readonly seeds: number;
}

/** Answers with the CPU seconds that it took. */
process.on("message", ({ scenario: name, from, seeds }: BareWork) => {
  const scenario = findScenario(name);
  const before = process.cpuUsage();
  for (let seed = from; seed < from + seeds; seed++) run(scenario, plan(scenario, String(seed)));
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / 1e6);
});
