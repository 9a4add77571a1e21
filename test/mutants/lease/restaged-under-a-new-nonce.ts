import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "restaged-under-a-new-nonce",
  wrong: "Who takes over gives what is staged nonces of its own.",
  source: "The Block: the nonce is reckoned anew by who takes over; intents are there to keep it.",
  file: "src/protocols/lease/queue.ts",
  find: ["  queue.epoch = epoch;", "  const room"].join("\n"),
  replace: [
    "  if (epoch > queue.epoch) {",
    "    const left = queue.staged.slice(queue.executed);",
    "    queue.executed = queue.staged.length;",
    "    for (const name of left) {",
    "      const item = queue.disbursements.get(name)!;",
    "      queue.disbursements.set(name, { ...item, nonce: queue.staged.push(name) });",
    "    }",
    "  }",
    "  queue.epoch = epoch;",
    "  const room",
  ].join("\n"),
  scenario: "tb-treasury-failover/between-pay-and-mark",
  invariant: "LEASE-ONCE",
};

export default mutant;
