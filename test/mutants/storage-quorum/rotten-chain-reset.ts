import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "rotten-chain-reset",
  wrong: "A backend whose ledger has rotted starts with an empty one.",
  source:
    "DecentraStore: a chain that does not validate is replaced by an empty one, with a warning.",
  file: "src/protocols/storage-quorum/ledger.ts",
  find: [
    '      this.#halt({ file: LEDGER_FILE, at: rottenAt, reason: "rotten" });',
    "      return undefined;",
  ].join("\n"),
  replace: [
    "      this.#env.disk.truncate(LEDGER_FILE, 0);",
    "      this.#state().ledger.head = NO_ENTRY;",
    "      this.#sync();",
    "      return [];",
  ].join("\n"),
  scenario: "sq-consensus-timeout/rotten-chain",
  invariant: "SQ-STATUS",
  alone: [{ scenario: "sq-consensus-timeout/rotten-chain", invariant: "HALTED" }],
};

export default mutant;
