import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "local-reads-of-the-beginning",
  wrong: "A server answers local reads from the state with which it was made.",
  source: "A reference that is kept when a snapshot, or a new life, has put another in its place.",
  file: "src/protocols/replicated/server.ts",
  find: "    const value = this.#service.query(machine.state, question);",
  replace: "    const value = this.#service.query(emptyReplica(this.#service).state, question);",
  scenario: "orch-bench-operation-latency",
  invariant: "REFLECTED",
  alone: [{ scenario: "orch-vm-read-after-write", invariant: "LOCAL-READS" }],
};

export default mutant;
