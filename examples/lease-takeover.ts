// How soon does a standby take over? The primary of a treasury falls at a random time; its lease
// lasts 60 s, and both poll on their own. A script that looks once, 65 s later, may look too soon.

import { findScenario, plan, run } from "../src/index.ts";

const SEEDS = 100;
const EXPECTED = { "tb-treasury-failover": 12.5, "tb-treasury-failover/poll-15": 22.2 };

for (const [name, expected] of Object.entries(EXPECTED)) {
  const scenario = findScenario(name);
  const runs = Array.from({ length: SEEDS }, (_, i) => run(scenario, plan(scenario, `${i + 1}`)));
  const broken = runs.filter(({ violation }) => violation !== undefined);
  const took = runs.map(({ metrics }) => (metrics.state.samples.get("takeoverMs") ?? [])[0] ?? 0);
  const early = runs.filter(({ metrics }) => metrics.gauged("sourceCheckFails") === 1).length;

  console.log(`${name}, ${SEEDS} seeds, ${broken.length} violations`);
  console.log("from the last renewal to the next holder:");
  for (let from = 60; from < 75; from += 1) {
    const count = took.filter((ms) => Math.floor(ms / 1_000) === from).length;
    if (count > 0) console.log(`  ${from} s ${"#".repeat(count)}`);
  }
  const share = ((100 * early) / SEEDS).toFixed(1);
  console.log(`65 s after the fall nobody had taken over in ${share} %, expected ${expected} %\n`);
}
