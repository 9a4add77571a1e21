import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "torn-tail-accepted",
  wrong: "A record is taken from the journal without a look at its checksum.",
  source: "A classic of write-ahead logs; Alagappan et al., FAST 2018.",
  file: "src/protocols/journal-record.ts",
  find: "crc32c(bytes, at + 8, next, next) === checksumOf(bytes, at)",
  replace: "true",
  scenario: "raft-random-failures-property/swarm",
  invariant: "EXCEPTION",
};

export default mutant;
