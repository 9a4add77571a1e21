import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "health-hears-all",
  wrong: "A validator that was heard once counts as heard for ever.",
  source: "tb-link-degradation: blocked gossip is reported as out of reach, not as healthy.",
  file: "src/protocols/block-sync/peers/peers.ts",
  find: "if (isHeard && peer.validator !== undefined) heard.add",
  replace: "if (peer.validator !== undefined) heard.add",
  scenario: "tb-link-degradation/gossip-blocked",
  invariant: "HEALTH",
};

export default mutant;
