import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "torn-chain-reset",
  wrong: "A backend whose ledger has a torn tail starts with an empty one.",
  source: "DecentraStore: a chain that does not parse is replaced by an empty one, with a warning.",
  file: "src/protocols/storage-quorum/ledger.ts",
  find: [
    '      this.#env.emit("torn tail cut", { tornBytes });',
    "      this.#sync();",
    "      return undefined;",
  ].join("\n"),
  replace: [
    '      this.#env.emit("torn tail cut", { tornBytes });',
    "      this.#env.disk.truncate(LEDGER_FILE, 0);",
    "      const zero = { sizeBytes: 0, syncingBytes: 0, durableBytes: 0, tornBytes: 0 };",
    "      const empty = { ...zero, checksum: 0 };",
    "      Object.assign(this.#state().ledger.journal, empty);",
    "      this.#state().ledger.head = NO_ENTRY;",
    "      this.#sync();",
    "      return [];",
  ].join("\n"),
  scenario: "sq-consensus-timeout/torn-chain",
  invariant: "SQ-STATUS",
};

export default mutant;
