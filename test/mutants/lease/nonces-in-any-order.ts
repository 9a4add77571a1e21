import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nonces-in-any-order",
  wrong: "A batch is paid by name, and the ledger takes any nonce that is new.",
  source: "Nonces as in Ethereum: each is the next one, or it waits.",
  file: "src/protocols/lease/ledger.ts",
  find: "if (nonce > next) return",
  replace: "if (nonce > next + 1_000) return",
  also: [
    {
      file: "src/protocols/lease/disburser.ts",
      find: "[...intents]",
      replace: "[...intents].sort((a, b) => (a.disbursement < b.disbursement ? -1 : 1))",
    },
  ],
  scenario: "tb-paused-executor-fencing",
  invariant: "LEASE-NONCE",
};

export default mutant;
