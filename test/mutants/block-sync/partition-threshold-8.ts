import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "partition-threshold-8",
  wrong: "A partition is suspected when eight validators are out of reach.",
  source: "The Block: the watch has a threshold of 8 peers, which a cluster of three never has.",
  file: "src/protocols/block-sync/peers/peers.ts",
  find: "  return heard.size < quorum;",
  replace: "  return quorum - heard.size >= 8;",
  scenario: "tb-network-partition",
  invariant: "DETECTED",
};

export default mutant;
