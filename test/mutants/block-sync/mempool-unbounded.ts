import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "mempool-unbounded",
  wrong: "A node takes in whatever is offered, however much waits.",
  source: "go-ethereum's txpool limits GlobalSlots and GlobalQueue for that.",
  file: "src/protocols/block-sync/mempool.ts",
  find: 'if (pool.waiting.size >= limits.mempoolCount) return { kind: "busy" };',
  replace: 'if (pool.waiting.size < 0) return { kind: "busy" };',
  scenario: "tb-distributed-load/overload",
  invariant: "TB-BOUNDED",
};

export default mutant;
