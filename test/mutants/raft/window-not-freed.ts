import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "window-not-freed",
  wrong: "What a receiver has lost in a crash counts as in flight, though it is sent anew.",
  source: "etcd e419ba5: the bytes in flight are not freed when a progress is reset.",
  file: "src/protocols/raft/snapshot-sender.ts",
  find: ["      sending.sentBytes = heldBytes;", "      sending.heldBytes = heldBytes;"].join("\n"),
  replace: [
    "      if (!isAnew) sending.sentBytes = heldBytes;",
    "      sending.heldBytes = heldBytes;",
  ].join("\n"),
  scenario: "raft-snapshot-to-lagging-follower/receiver-crash",
  invariant: "LEVEL",
  alone: [{ scenario: "raft-snapshot-to-lagging-follower/receiver-crash", invariant: "CATCH-UP" }],
};

export default mutant;
