import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "standby-claims-at-once",
  wrong: "A hot standby claims the lease as soon as it has started.",
  source: "Requirement S4.39: the standby executes only if the primary fails.",
  file: "src/protocols/lease/keeper.ts",
  find: "isStandby ? this.#env.now() + options.ttl : 0",
  replace: "isStandby ? this.#env.now() : 0",
  scenario: "tb-treasury-failover",
  invariant: "LEASE-PRIMARY-PREFERENCE",
};

export default mutant;
