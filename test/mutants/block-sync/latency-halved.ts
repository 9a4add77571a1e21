import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "latency-halved",
  wrong: "A fault of latency adds half of what it is to add.",
  source: "tb-link-degradation: round trips are as long as was injected, within 5 %.",
  file: "src/sim/network/conditions.ts",
  find: "      sum += added;",
  replace: "      sum += Math.floor(added / 2);",
  scenario: "tb-link-degradation/10-ms",
  invariant: "RTT",
};

export default mutant;
