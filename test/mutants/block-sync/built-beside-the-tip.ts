import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "built-beside-the-tip",
  wrong: "A producer builds on the block before its last one now and then.",
  source: "Who orders blocks expects one chain of them.",
  file: "src/protocols/block-sync/producer.ts",
  find: "const parent = tipOf(state.chain);",
  replace: `const tip = tipOf(state.chain);
    const isBeside = tip.header.height > 0 && this.#context.env.random.int(0, 9) === 0;
    const parent = isBeside ? state.chain.blocks.get(tip.header.parent)! : tip;`,
  scenario: "bs-continuous-sync",
  invariant: "BS-PREFIX",
  alone: [{ scenario: "tb-multi-node-consensus", invariant: "FORKS" }],
};

export default mutant;
