import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "marks-before-it-pays",
  wrong: "A disbursement is marked as executed before it is paid.",
  source: "Scenario tb-treasury-failover: who falls between the two must leave no payment undone.",
  file: "src/protocols/lease/disburser.ts",
  find: 'this.#ask({ op: "pay", epoch, ...intent });',
  replace: 'this.#ask({ op: "mark", epoch, ...intent });',
  also: [
    {
      file: "src/protocols/lease/disburser.ts",
      find: 'else this.#ask({ op: "mark", epoch, disbursement, nonce });',
      replace: "else this.#next();",
    },
    {
      file: "src/protocols/lease/disburser.ts",
      find: [
        "    state.executed++;",
        "    state.intents.shift();",
        "    if (state.intents.length > 0) this.#pay();",
        "    else this.work();",
        "",
      ].join("\n"),
      replace: [
        "    state.executed++;",
        "    const epoch = this.#config.epoch();",
        "    if (epoch === undefined) this.abandon();",
        '    else this.#ask({ op: "pay", epoch, ...state.intents[0]! });',
        "  }",
        "",
        "  #next(): void {",
        "    const state = this.#state();",
        "    state.intents.shift();",
        "    if (state.intents.length > 0) this.#pay();",
        "    else this.work();",
        "",
      ].join("\n"),
    },
  ],
  scenario: "tb-treasury-failover",
  invariant: "LEASE-MARKED",
};

export default mutant;
