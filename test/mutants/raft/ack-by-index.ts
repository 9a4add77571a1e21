import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "ack-by-index",
  wrong: "A client is told that its write is done when any entry reaches that index.",
  source: "Chronik keys its waiting clients by log index alone; RedisRaft #26.",
  file: "src/protocols/replicated/server.ts",
  find: "const isThis = command?.session === session && command.serial === serial;",
  replace: 'const isThis = command !== undefined && serial > 0 && session !== "";',
  scenario: "raft-client-retry-during-election/isolation",
  invariant: "SAME-ANSWER",
  alone: [{ scenario: "raft-random-failures-property/swarm", invariant: "LIN" }],
};

export default mutant;
