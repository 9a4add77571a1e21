import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "release-by-non-holder",
  wrong: "Whoever gives a lease back, it is given back.",
  source:
    "Scenario tb-treasury-failover: a primary that wakes up late gives back what is not its own.",
  file: "src/protocols/lease/table.ts",
  find: "if (known === undefined || known.life !== life || known.epoch !== epoch) {",
  replace: [
    "const isOthers = known?.life !== life || known.epoch !== epoch;",
    '  if (known === undefined || (op === "renew" && isOthers)) {',
  ].join("\n"),
  scenario: "tb-treasury-failover/late-release",
  invariant: "LEASE-RELEASE",
};

export default mutant;
