import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "holds-until-refused",
  wrong: "Who has the lease acts on it until somebody tells it that it is over.",
  source: "The Block: the lease is looked at once a tick, and not before each payment.",
  file: "src/protocols/lease/keeper.ts",
  find: "const until = askedAt + options.ttl - options.margin",
  replace: "const until = askedAt + 60 * options.ttl",
  scenario: "tb-lease-clock-skew",
  invariant: "LEASE-SINGLE",
};

export default mutant;
