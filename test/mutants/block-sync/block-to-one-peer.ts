import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "block-to-one-peer",
  wrong: "A new block is sent to one peer, and all others have to ask for it.",
  source: "tb-multi-node-consensus: heights are within 1 of each other.",
  file: "src/protocols/block-sync/node-parts.ts",
  find: 'this.#context.broadcast({ type: "block", header: header.bytes, body });',
  replace:
    'env.send([...state.peers.keys()][0] ?? "", { type: "block", header: header.bytes, body });',
  scenario: "tb-multi-node-consensus",
  invariant: "HEIGHTS",
};

export default mutant;
