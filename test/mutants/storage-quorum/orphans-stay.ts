import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "orphans-stay",
  wrong: "What rejected uploads have left at storage nodes is never removed.",
  source: "DecentraStore: chunks of a rejected upload stay behind.",
  file: "src/protocols/storage-quorum/housekeeping.ts",
  find: '    this.#calls.ask(node, { type: "drop", addresses: orphans }, { kind: "drop" });',
  replace: "",
  scenario: "sq-3c-majority-failure/strict",
  invariant: "LEFT-OVER",
};

export default mutant;
