import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "block-not-sent",
  wrong: "A new block is sent to nobody unless it is large: peers learn of it by the next status.",
  source: "tb-link-degradation: no fork is deeper than 1.",
  file: "src/protocols/block-sync/node-parts.ts",
  find: 'this.#context.broadcast({ type: "block",',
  replace: 'if (body.length > 1_000) this.#context.broadcast({ type: "block",',
  scenario: "tb-link-degradation/flapping",
  invariant: "FORK-DEPTH",
};

export default mutant;
