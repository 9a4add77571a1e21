import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "life-is-the-name",
  wrong: "An executor asks for the lease by its name alone, as all who have that name.",
  source: "The Block: an identity is a line of a file, which may be copied to another machine.",
  file: "src/protocols/lease/executor.ts",
  find: "this.#keeper.start(this.state.calls.lease.session);",
  replace: "this.#keeper.start(this.#config.identity);",
  scenario: "tb-treasury-failover/one-identity",
  invariant: "LEASE-SINGLE",
};

export default mutant;
