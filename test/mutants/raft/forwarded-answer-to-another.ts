import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "forwarded-answer-to-another",
  wrong: "A server answers what it has forwarded as soon as anything of that session is applied.",
  source: "RedisRaft #26 is of this kind: the answer to another request of the session.",
  file: "src/protocols/replicated/forwarding.ts",
  find: "if (expected === undefined || serial < expected.serial) return;",
  replace: "if (expected === undefined) return;\n    serial = expected.serial;",
  scenario: "raft-proposal-forwarding/late",
  invariant: "ACK",
};

export default mutant;
