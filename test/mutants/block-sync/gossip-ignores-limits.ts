import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "gossip-ignores-limits",
  wrong: "A node sends transactions to its peers as fast as clients submit them.",
  source: "libp2p GossipSub v1.1 and devp2p peers drop and score down who floods them.",
  file: "src/protocols/block-sync/pool.ts",
  find: "if (bytesPerSecond === 0) return outgoing.length;",
  replace: "if (bytesPerSecond >= 0) return outgoing.length;",
  scenario: "tb-distributed-load/peer-limits",
  invariant: "TB-PEER-LIMITS",
};

export default mutant;
