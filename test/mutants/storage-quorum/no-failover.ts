import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-failover",
  wrong: "A download asks one holder for a chunk, and nobody else when it does not answer.",
  source: "DecentraStore: a bad replica fails the download, and no other one is tried.",
  file: "src/protocols/storage-quorum/retrievals.ts",
  find: "    const next = this.#bestFirst(state.blocks.get(file)!.chunks[chunk]!);",
  replace: "    const next = this.#bestFirst(state.blocks.get(file)!.chunks[chunk]!).slice(0, 1);",
  scenario: "sq-3b-fail-after-confirm",
  invariant: "ENDINGS",
};

export default mutant;
