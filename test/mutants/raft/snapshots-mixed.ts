import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshots-mixed",
  wrong: "Chunks of a snapshot are told apart by their offset only: those of two make one.",
  source:
    "openraft 2eccb9e1; LogCabin #174; braft 5204e09. Two guards and the checksum have to go.",
  file: "src/protocols/raft/snapshot-receiver.ts",
  find: [
    "    incoming.index === chunk.index &&",
    "    incoming.lastTerm === chunk.lastTerm &&",
    "    incoming.totalBytes === chunk.totalBytes &&",
    "    incoming.checksum === chunk.checksum",
  ].join("\n"),
  replace: "    incoming.totalBytes > 0 && chunk.totalBytes > 0",
  also: [
    {
      file: "src/protocols/raft/snapshot-receiver.ts",
      find: "incoming.heldBytes === incoming.totalBytes",
      replace: "incoming.heldBytes >= incoming.totalBytes",
    },
    {
      file: "src/protocols/raft/snapshot-receiver.ts",
      find: [
        "    if (offset + chunk.length > totalBytes) return undefined;",
        "    bytes.set(chunk, offset);",
      ].join("\n"),
      replace: "    bytes.set(chunk.slice(0, Math.max(0, totalBytes - offset)), offset);",
    },
    {
      file: "src/protocols/raft/snapshot-receiver.ts",
      find: ["  if (crc32c(bytes, 0, totalBytes) !== checksum) return undefined;", ""].join("\n"),
      replace: "",
    },
  ],
  scenario: "raft-snapshot-to-lagging-follower/sender-crash",
  invariant: "EXCEPTION",
};

export default mutant;
