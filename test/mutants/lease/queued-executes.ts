import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "queued-executes",
  wrong: "What is not due yet is staged, and paid.",
  source: "The Block: the tick takes what is queued for executable, and its money is gone.",
  file: "src/protocols/lease/queue.ts",
  find: 'status === "queued" && due <= at',
  replace: 'status === "queued" && due >= 0',
  scenario: "tb-treasury-failover",
  invariant: "LEASE-DUE",
};

export default mutant;
