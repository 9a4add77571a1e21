import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "nonce-reused-after-failover",
  wrong: "An executor counts nonces from 1 on in each of its lives.",
  source: "The Block: the next nonce is reckoned from what the executor knows of its account.",
  file: "src/protocols/lease/disburser.ts",
  find: 'this.#ask({ op: "pay", epoch, ...intent });',
  replace: 'this.#ask({ op: "pay", epoch, ...intent, nonce: this.#state().executed + 1 });',
  also: [
    {
      file: "src/protocols/lease/disburser.ts",
      find: ["const { disbursement, nonce } = asked;", '    this.#env.emit("paid"'].join("\n"),
      replace: [
        "const { disbursement } = asked;",
        "    const { nonce } = this.#state().intents[0]!;",
        '    this.#env.emit("paid"',
      ].join("\n"),
    },
  ],
  scenario: "tb-treasury-failover",
  invariant: "LEASE-MARKED",
};

export default mutant;
