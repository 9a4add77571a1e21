import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "replica-confirmed-early",
  wrong: "A storage node confirms a replica before it is durable.",
  source: "DecentraStore: a chunk is acknowledged after the write, without a sync.",
  file: "src/protocols/storage-quorum/storage-node.ts",
  find: "    if (this.#files.isDurable(replica)) this.#confirm(call);",
  replace: "    if (replica.sizeBytes > 0) this.#confirm(call);",
  scenario: "sq-quorum-2-of-3",
  invariant: "SQ-DURABLE-ACK",
  alone: [{ scenario: "sq-3a-fail-before-confirm", invariant: "STRUCK" }],
};

export default mutant;
