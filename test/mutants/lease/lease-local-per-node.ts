import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-local-per-node",
  wrong: "A server gives the lease by a table of its own, and asks no other server.",
  source: "The Block: the lease is in a store of each machine, so that each gives its own.",
  file: "src/protocols/lease/server.ts",
  find: "      super.onMessage(from, message);",
  replace: [
    "      const { operation } = message as never as { operation: { op: string } };",
    '      const isOfLease = ["acquire", "renew", "release"].includes(operation?.op);',
    '      if (message.type !== "request" || !isOfLease) return super.onMessage(from, message);',
    "      const stamped = { ...operation, at: this.#env.wallClock() } as never;",
    "      const result = applyToLease(this.#own, stamped);",
    "      const { session, serial } = message;",
    '      this.#env.send(from, { type: "reply", session, serial, result });',
  ].join("\n"),
  also: [
    {
      file: "src/protocols/lease/server.ts",
      find: ["  readonly #env: Env<TreasuryMessage>;", ""].join("\n"),
      replace: ["  readonly #env: Env<TreasuryMessage>;", "  readonly #own = new Map();", ""].join(
        "\n",
      ),
    },
    {
      file: "src/protocols/lease/server.ts",
      find: 'import type { TreasuryMessage } from "./messages.ts";',
      replace: [
        'import type { TreasuryMessage } from "./messages.ts";',
        'import { applyToLease } from "./table.ts";',
      ].join("\n"),
    },
  ],
  scenario: "tb-treasury-failover",
  invariant: "LEASE-SINGLE",
};

export default mutant;
