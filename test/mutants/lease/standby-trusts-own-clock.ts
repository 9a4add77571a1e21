import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "standby-trusts-own-clock",
  wrong: "A lease is over by the wall clock of who asks for it.",
  source: "The Block: expiry is judged by the clock of the machine that wants the lease.",
  file: "src/protocols/lease/keeper.ts",
  find: "this.#state().asked = { request, at: this.#env.now() };",
  replace: [
    "const said = { ...request, at: this.#env.wallClock() };",
    "    this.#state().asked = { request: said, at: this.#env.now() };",
  ].join("\n"),
  also: [
    {
      file: "src/protocols/lease/request.ts",
      find: "{ ...request, at }",
      replace: "{ ...request, at: Math.max(0, Number(fields.at ?? at)) }",
    },
  ],
  scenario: "tb-lease-clock-skew/executors-astray",
  invariant: "LEASE-PRIMARY-PREFERENCE",
  alone: [{ scenario: "tb-lease-clock-skew/executors-astray", invariant: "LEASE-SINGLE" }],
};

export default mutant;
