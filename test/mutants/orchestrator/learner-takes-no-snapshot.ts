import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "learner-takes-no-snapshot",
  wrong: "Who has no vote installs no snapshot.",
  source: "Ongaro's thesis §4.2.1: a new member catches up as a learner, if need be by a snapshot.",
  file: "src/protocols/raft/snapshot-receiver.ts",
  find: "    } else if (this.#member.persistence.saveSnapshot(snapshot, index, from)) {",
  replace: [
    "    } else if (!this.#member.isVoter) {",
    "      this.#answer(from, chunk, 0);",
    "    } else if (this.#member.persistence.saveSnapshot(snapshot, index, from)) {",
  ].join("\n"),
  scenario: "orch-bench-snapshot-transfer",
  invariant: "CATCH-UP",
  alone: [{ scenario: "orch-bench-snapshot-transfer", invariant: "SAME-EVERYWHERE" }],
};

export default mutant;
