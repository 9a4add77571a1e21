import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "rot-taken-for-torn",
  wrong: "What has rotted in the records that were synced last is cut like a torn tail.",
  source:
    "Alagappan et al., FAST 2018, §3.3: a corrupted last entry must not be taken for a crash.",
  file: "src/protocols/journal.ts",
  find: "if (durableBytes > sizeBytes || hasRotted(bytes, sizeBytes, checksum)) {",
  replace: "if (durableBytes > sizeBytes) {",
  scenario: "raft-failing-disks/last-write",
  invariant: "RAFT-RECALL",
};

export default mutant;
