import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "follower-skips-commands",
  wrong: "A follower leaves out a command now and then.",
  source: "Chronik logs a failed apply and goes on; state machine safety, Raft §5.4.3.",
  file: "src/protocols/replicated/server.ts",
  find: "const result = command && applyCommand(this.#service, machine, index, command);",
  replace: [
    "const isSkipped = !this.#raft.isLeader && index % 7 === 0;",
    "    const result =",
    "      command && !isSkipped",
    "        ? applyCommand(this.#service, machine, index, command)",
    "        : undefined;",
  ].join("\n"),
  scenario: "raft-replication-consistency",
  invariant: "EQUAL-STATES",
  alone: [
    { scenario: "raft-large-messages", invariant: "VALUES" },
    { scenario: "orch-partition-healing-reconciliation", invariant: "RECONCILED" },
  ],
};

export default mutant;
