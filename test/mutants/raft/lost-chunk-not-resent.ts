import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lost-chunk-not-resent",
  wrong: "A chunk that was lost is not sent again.",
  source: "Raft §7: retried as any RPC.",
  file: "src/protocols/raft/snapshot-sender.ts",
  find: "if (heldBytes < askedBytes) this.#sendChunk",
  replace: "if (heldBytes < 0) this.#sendChunk",
  scenario: "raft-snapshot-to-lagging-follower/loss",
  invariant: "LEVEL",
  alone: [{ scenario: "raft-snapshot-to-lagging-follower/loss", invariant: "CATCH-UP" }],
};

export default mutant;
