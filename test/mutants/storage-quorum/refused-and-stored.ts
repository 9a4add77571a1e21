import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "refused-and-stored",
  wrong: "An upload that is refused as too often is stored all the same.",
  source: "A reason to refuse that is told, and not kept to.",
  file: "src/protocols/storage-quorum/uploads.ts",
  find: ["reason });", "      return;", "    }", "    this.#open"].join("\n"),
  replace: [
    "reason });",
    '      if (reason !== "rate limited") return;',
    "    }",
    "    this.#open",
  ].join("\n"),
  scenario: "sq-concurrent-load/rate-limit",
  invariant: "SQ-RATE",
  alone: [{ scenario: "sq-concurrent-load/rate-limit", invariant: "SQ-REFUSED" }],
};

export default mutant;
