import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "no-session",
  wrong: "A retried request is applied again.",
  source: "RedisRaft #52; Ongaro's thesis §6.3.",
  file: "src/protocols/replicated/state-machine.ts",
  find: "if (last !== undefined && serial <= last.serial) {",
  replace: "if (last !== undefined && serial < 0) {",
  scenario: "raft-arbitrary-messages-property",
  invariant: "ACK",
  alone: [{ scenario: "raft-linearizable-reads/crashes", invariant: "LIN" }],
};

export default mutant;
