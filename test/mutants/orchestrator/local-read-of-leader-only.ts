import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "local-read-of-leader-only",
  wrong: "A server that does not lead sends away who wants to read what it has itself.",
  source: "Scenario orch-bench-operation-latency: any server answers a local read.",
  file: "src/protocols/replicated/server.ts",
  find: "    const { raft, machine } = this.#state;",
  replace: [
    "    const { raft, machine } = this.#state;",
    "    if (!this.#raft.isLeader) return this.#redirect(client, session, serial);",
  ].join("\n"),
  scenario: "orch-bench-operation-latency",
  invariant: "KINDS",
  alone: [{ scenario: "orch-rapid-leader-changes-during-writes", invariant: "LISTS" }],
};

export default mutant;
