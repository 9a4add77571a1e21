import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "gaps-fill-the-mempool",
  wrong: "What waits for a lower nonce may fill the pool, so that nothing can go into a block.",
  source: "go-ethereum's txpool counts what waits for a gap apart (GlobalQueue).",
  file: "src/protocols/block-sync/mempool.ts",
  find: 'if (isHalfFull && leavesGap(pool, transaction, account)) return { kind: "busy" };',
  replace: "if (isHalfFull) leavesGap(pool, transaction, account);",
  scenario: "tb-distributed-load/overload",
  invariant: "TB-INCLUDED",
};

export default mutant;
