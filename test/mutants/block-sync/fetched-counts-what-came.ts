import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "fetched-counts-what-came",
  wrong: "A node counts what peers bring unasked as fetched, too.",
  source: "Time for each fetched block: what came by itself took none of that time.",
  file: "src/protocols/block-sync/node-parts.ts",
  find: 'if (origin.kind === "sync") counters.sync_blocks++;\n    else note(',
  replace: 'counters.sync_blocks++;\n    if (origin.kind === "gossip") note(',
  scenario: "tb-monitoring-health",
  invariant: "TB-COUNTED",
};

export default mutant;
