import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nonce-not-checked",
  wrong: "The ledger pays whatever comes, be it under a nonce that has paid.",
  source: "The Block: a nonce is all that keeps what was submitted twice from being paid twice.",
  file: "src/protocols/lease/ledger.ts",
  find: "  if (nonce < next) {",
  replace: "  if (nonce < 1) {",
  scenario: "tb-treasury-failover/between-pay-and-mark",
  invariant: "LEASE-ONCE",
};

export default mutant;
