import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "client-stops",
  wrong: "A client does nothing more after its first operation.",
  source: "The workload of every scenario must go on.",
  file: "src/protocols/replicated/client.ts",
  find: ["    this.#env.emit(outcome, { id: current?.id, result });", "    this.#next();"].join(
    "\n",
  ),
  replace: "    this.#env.emit(outcome, { id: current?.id, result });",
  scenario: "raft-replication-consistency/lossy",
  invariant: "REPLICATED",
  alone: [
    { scenario: "orch-cascading-partition-failures", invariant: "FIRST-PHASE" },
    { scenario: "orch-cascading-partition-failures", invariant: "HEALED" },
    { scenario: "raft-packet-loss", invariant: "PROGRESS 1 %" },
    { scenario: "raft-packet-loss", invariant: "RECOVERY" },
  ],
};

export default mutant;
