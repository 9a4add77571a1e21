import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nonce-asked-of-one",
  wrong: "A client that is not answered asks the same node again, and no other.",
  source: "A client without failover.",
  file: "src/protocols/block-sync/client/transfers.ts",
  find: "this.#nodeAt(sender.node++)",
  replace: "this.#nodeAt(sender.node)",
  scenario: "bs-demo-eight-phases",
  invariant: "PHASES",
};

export default mutant;
