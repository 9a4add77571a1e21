import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "latency-without-jitter",
  wrong: "A uniform latency is always that in the middle of its span.",
  source: "tb-link-degradation: the shortest round trip, the mean and 99 % are what was injected.",
  file: "src/sim/random/distribution.ts",
  find: "      return { ...ready, min, scale: (max - min + 1) / 2 ** 32 };",
  replace: "      return { ...ready, min: Math.floor((min + max) / 2) };",
  scenario: "tb-link-degradation",
  invariant: "RTT",
};

export default mutant;
