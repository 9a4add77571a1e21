import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "refused-waits-a-ttl",
  wrong: "Who was refused the lease asks for it again one ttl later.",
  source:
    "Scenario tb-treasury-failover: the standby acts within ttl and poll of the last renewal.",
  file: "src/protocols/lease/keeper.ts",
  find: '    if (op !== "acquire") this.#lose(error);',
  replace: [
    '    if (op !== "acquire") this.#lose(error);',
    "    else this.#state().claimsFrom = this.#env.now() + this.#config.options.ttl;",
  ].join("\n"),
  scenario: "tb-treasury-failover",
  invariant: "TAKEOVER",
};

export default mutant;
