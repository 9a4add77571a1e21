import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "epoch-kept-on-reacquire",
  wrong: "Who takes over goes on in the epoch of the one before.",
  source:
    "The Block: a lease record is rewritten, and has no epoch; Burrows, Chubby, OSDI 2006, §2.4.",
  file: "src/protocols/lease/table.ts",
  find: "(known?.epoch ?? 0) + 1",
  replace: "known?.epoch ?? 1",
  scenario: "tb-treasury-failover",
  invariant: "LEASE-EPOCH",
};

export default mutant;
