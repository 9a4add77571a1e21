import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "same-name-is-same-life",
  wrong: "Whoever has the name of the holder has its lease.",
  source: "The Block: the same identity always gets the lease again, even if two processes use it.",
  file: "src/protocols/lease/table.ts",
  find: ["if (known.life === life) {", "    leases.set(lease, { ...known, ...times });"].join("\n"),
  replace: [
    "if (known.holder === holder) {",
    "    leases.set(lease, { ...known, life, ...times });",
  ].join("\n"),
  scenario: "tb-treasury-failover/one-identity",
  invariant: "LEASE-EPOCH",
  alone: [{ scenario: "tb-treasury-failover/one-identity", invariant: "LEASE-SINGLE" }],
};

export default mutant;
