import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "reorg-reapplies",
  wrong: "What leaves the chain waits again though the new branch has it, and is executed again.",
  source: "bs-fork-reorg: no transaction is applied twice across a reorganisation.",
  file: "src/protocols/block-sync/mempool.ts",
  find: `  for (const { from, nonce } of orphaned.toReversed()) nonces.set(from, nonce);
  for (const { from, nonce } of adopted) nonces.set(from, nonce + 1);`,
  replace: `  for (const { from, nonce } of adopted) nonces.set(from, nonce + 1);
  for (const { from, nonce } of orphaned.toReversed()) nonces.set(from, nonce);`,
  also: [
    {
      file: "src/protocols/block-sync/executor.ts",
      find: 'if (nonce < sender.nonce) return "nonce too low";',
      replace: "",
    },
  ],
  scenario: "bs-fork-reorg",
  invariant: "TX-ONCE",
  alone: [{ scenario: "bs-fork-reorg", invariant: "BS-NO-INVALID" }],
};

export default mutant;
