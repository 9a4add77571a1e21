import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "duplicate-is-failure",
  wrong: "A nonce that was used is a refusal as any other: nothing is marked.",
  source:
    'The Block: a retry of what was submitted gets "duplicate", and is never marked as executed.',
  file: "src/protocols/lease/disburser.ts",
  find: 'if (result.type !== "done" && !isUsed) {',
  replace: 'if (result.type !== "done") {',
  scenario: "tb-treasury-failover/between-pay-and-mark",
  invariant: "BACKLOG",
  alone: [{ scenario: "tb-treasury-failover/between-pay-and-mark", invariant: "ALL-EXECUTED" }],
};

export default mutant;
