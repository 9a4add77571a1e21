import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "failed-proposal-kills-node",
  wrong: "A server that is asked and does not lead stops for good.",
  source: "Blixard: a refused proposal makes the main loop exit.",
  file: "src/protocols/replicated/server.ts",
  find: [
    "      this.#redirect(client, session, serial);",
    '    } else if (place === "forwarded") {',
  ].join("\n"),
  replace: [
    "      this.#state.raft.durability.isHalted = true;",
    '    } else if (place === "forwarded") {',
  ].join("\n"),
  scenario: "orch-malformed-requests",
  invariant: "ALL-THERE",
  alone: [
    { scenario: "orch-failure-recovery", invariant: "LEADER-4" },
    { scenario: "raft-vote-durability", invariant: "WRITES" },
    { scenario: "orch-malformed-requests", invariant: "SERVES-ON" },
  ],
};

export default mutant;
