import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "last-request-again",
  wrong: "A session's last request takes effect each time that it is in the log.",
  source: "RedisRaft #52; Ongaro's thesis §6.3.",
  file: "src/protocols/replicated/state-machine.ts",
  find: [
    "  if (last !== undefined && serial <= last.serial) {",
    "    return serial === last.serial ? last.result : undefined;",
    "  }",
  ].join("\n"),
  replace: "  if (last !== undefined && serial < last.serial) return undefined;",
  scenario: "raft-client-retry-during-election",
  invariant: "ACK",
  alone: [{ scenario: "raft-client-retry-during-election", invariant: "COUNT" }],
};

export default mutant;
