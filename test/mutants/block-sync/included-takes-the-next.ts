import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "included-takes-the-next",
  wrong: "What follows an included transaction of its sender is dropped with it.",
  source: "An accepted transaction is not to be lost.",
  file: "src/protocols/block-sync/mempool.ts",
  find: "for (const { from, nonce } of adopted) nonces.set(from, nonce + 1);",
  replace: "for (const { from, nonce } of adopted) nonces.set(from, nonce + 2);",
  scenario: "tb-distributed-load",
  invariant: "TB-ACCEPTED",
};

export default mutant;
