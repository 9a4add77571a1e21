import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "sync-after-a-pause",
  wrong: "A storage node begins to make each replica durable half a second late.",
  source: "Consensus takes a round trip, the transfer and one sync.",
  file: "src/protocols/storage-quorum/storage-node.ts",
  find: "    if (this.#env.buggify(STORAGE_QUORUM_SITES.nodeSyncsLate)) {",
  replace: "    if (!this.#env.buggify(STORAGE_QUORUM_SITES.nodeSyncsLate)) {",
  scenario: "sq-large-file",
  invariant: "CONSENSUS-TIME",
  alone: [{ scenario: "sq-consensus-timeout", invariant: "LATE" }],
};

export default mutant;
