import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "reorg-loses-transactions",
  wrong: "Transactions of blocks that leave the chain are gone.",
  source: "LuxTensor: what was in an orphaned block is in no mempool any more.",
  file: "src/protocols/block-sync/head.ts",
  find: "      orphaned: orphaned.flatMap((one) => this.#transactionsOf(one)),",
  replace: "      orphaned: orphaned.slice(0, 0).flatMap((one) => this.#transactionsOf(one)),",
  scenario: "bs-fork-reorg",
  invariant: "TX-RETURN",
  alone: [
    { scenario: "bs-fork-reorg", invariant: "ACCEPTED" },
    { scenario: "tb-network-partition", invariant: "BOTH-SIDES" },
  ],
};

export default mutant;
