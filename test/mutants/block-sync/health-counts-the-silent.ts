import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "health-counts-the-silent",
  wrong: "Asked for its health, a node tells of all peers that it knows, heard or not.",
  source: "multi_node_overlay_converges: the smoke test takes the nodes' word for their peers.",
  file: "src/protocols/block-sync/monitoring/health.ts",
  find: "peersActive: activePeers(peers).length,",
  replace: "peersActive: peers.size,",
  scenario: "tb-cluster-startup/others-first",
  invariant: "HEALTH",
};

export default mutant;
