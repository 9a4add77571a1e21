import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-release-on-stop",
  wrong: "An executor that is told to stop keeps the lease until it is over.",
  source:
    "The Block: no handler of SIGTERM was found, so that a stop means to wait for the expiry.",
  file: "src/protocols/lease/keeper.ts",
  find: ['    this.#ask({ op: "release", lease, life, epoch: held.epoch });', ""].join("\n"),
  replace: "",
  scenario: "tb-treasury-failover/graceful",
  invariant: "HANDOVER",
};

export default mutant;
