import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-fencing",
  wrong: "Queue and ledger take whatever epoch they are shown.",
  source: "The Block: what is submitted names no epoch, and nobody asks who holds the lease.",
  file: "src/protocols/lease/ledger.ts",
  find: "  if (epoch < ledger.epoch) {",
  replace: "  if (epoch < 0) {",
  also: [
    {
      file: "src/protocols/lease/queue.ts",
      find: [
        "  if (epoch < queue.epoch) return stale(queue, epoch);",
        "  queue.epoch = epoch;",
        "  const room",
      ].join("\n"),
      replace: ["  queue.epoch = epoch;", "  const room"].join("\n"),
    },
    {
      file: "src/protocols/lease/queue.ts",
      find: ["  if (epoch < queue.epoch) return stale(queue, epoch);", "  if"].join("\n"),
      replace: "  if",
    },
  ],
  scenario: "tb-paused-executor-fencing/suspended-idle",
  invariant: "LEASE-FENCE",
};

export default mutant;
