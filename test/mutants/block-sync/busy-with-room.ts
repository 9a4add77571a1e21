import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "busy-with-room",
  wrong: "A node says that it is busy when it has room.",
  source: "tb-distributed-load: what is too much is refused as busy, and nothing else.",
  file: "src/protocols/block-sync/mempool.ts",
  find: "if (pool.waiting.size >= limits.mempoolCount) return",
  replace: "if (pool.waiting.size >= limits.mempoolCount / 16) return",
  scenario: "tb-distributed-load",
  invariant: "TB-BUSY",
};

export default mutant;
