import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "time-from-the-last-asking",
  wrong: "Who asks again counts the lease from then on.",
  source:
    "Gray and Cheriton, Leases, SOSP 1989: it may have been given when it was asked for first.",
  file: "src/protocols/lease/executor.ts",
  find: "if (this.#requestOf(name) !== undefined) this.#callers[name].ask(this.#messageOf(name));",
  replace: [
    "const { asked } = this.state.keeper;",
    '    if (name === "lease" && asked !== undefined) {',
    "      this.state.keeper.asked = { ...asked, at: this.#env.now() };",
    "    }",
    "    if (this.#requestOf(name) !== undefined) this.#callers[name].ask(this.#messageOf(name));",
  ].join("\n"),
  scenario: "tb-lease-clock-skew/late-answers",
  invariant: "LEASE-SINGLE",
};

export default mutant;
