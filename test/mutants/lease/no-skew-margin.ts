import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-skew-margin",
  wrong: "Who has the lease acts on it as long as those who gave it keep it, to the end.",
  source: "Requirement S4.89: clocks differ by up to 1 s.",
  file: "src/protocols/lease/keeper.ts",
  find: "askedAt + options.ttl - options.margin",
  replace: "askedAt + options.ttl",
  scenario: "tb-lease-clock-skew/drift",
  invariant: "LEASE-SINGLE",
};

export default mutant;
