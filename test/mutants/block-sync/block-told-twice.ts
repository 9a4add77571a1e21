import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "block-told-twice",
  wrong: "Who makes a block tells it to all of its peers twice.",
  source: "tb-multi-node-consensus: blocks are not relayed, so each comes to everybody once.",
  file: "src/protocols/block-sync/node-parts.ts",
  find: '    this.#context.broadcast({ type: "block", header: header.bytes, body });',
  replace: `    this.#context.broadcast({ type: "block", header: header.bytes, body });
    this.#context.broadcast({ type: "block", header: header.bytes, body });`,
  scenario: "tb-multi-node-consensus",
  invariant: "BLOCK-ONCE",
};

export default mutant;
