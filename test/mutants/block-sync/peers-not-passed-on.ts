import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "peers-not-passed-on",
  wrong: "What a peer says of others whom it knows is not taken in.",
  source: "The Block, multi_node_overlay_converges: who knows one soon knows all.",
  file: "src/protocols/block-sync/peers/peers.ts",
  find: 'for (const name of status.peers) this.#learn(name, false, "if there is room");',
  replace: "",
  scenario: "tb-cluster-startup/wrong-bootstrap",
  invariant: "MESH",
  alone: [{ scenario: "tb-cluster-startup/wrong-bootstrap", invariant: "MESH-TOLD" }],
};

export default mutant;
