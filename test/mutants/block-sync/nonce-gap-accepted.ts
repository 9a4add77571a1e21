import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nonce-gap-accepted",
  wrong: "A transaction may go into a block before those with lower nonces of its sender.",
  source:
    "Ethereum Yellow Paper, section 6: the nonce of a valid transaction is that of its account.",
  file: "src/protocols/block-sync/executor.ts",
  find: 'if (nonce > sender.nonce) return "nonce too high";',
  replace: "",
  also: [
    {
      file: "src/protocols/block-sync/mempool.ts",
      find: "const hash = queue.byNonce.get(queue.nonce + turn);",
      replace: "const hash = [...queue.byNonce.values()][turn];",
    },
  ],
  scenario: "tb-distributed-load/overload",
  invariant: "BS-NO-INVALID",
};

export default mutant;
