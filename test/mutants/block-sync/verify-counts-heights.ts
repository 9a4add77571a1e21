import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "verify-counts-heights",
  wrong: "To verify a chain is to look how high it is.",
  source: "LuxTensor, verify_chain of the demonstration: heights and links in memory.",
  file: "src/protocols/block-sync/store/keeper.ts",
  find: "const found = this.#store.verify();",
  replace: "const found: ChainDamage | number = tipOf(this.#context.state.chain).header.height;",
  scenario: "bs-data-access/rot",
  invariant: "DAMAGE",
};

export default mutant;
