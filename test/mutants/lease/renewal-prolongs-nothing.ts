import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "renewal-prolongs-nothing",
  wrong: "A renewal is granted, and the lease ends when it would have ended without it.",
  source: "Requirement S4.39: the standby executes only if the primary fails.",
  file: "src/protocols/lease/table.ts",
  find: "{ ...known, renewedAt: at, expiresAt: at + known.ttl }",
  replace: "{ ...known, renewedAt: at }",
  scenario: "tb-treasury-failover",
  invariant: "LEASE-PRIMARY-PREFERENCE",
};

export default mutant;
