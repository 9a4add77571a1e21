import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "vm-bypass-raft",
  wrong:
    "A server makes a machine in its own memory and says that it is done; the log knows nothing.",
  source: "Blixard at 78a533d: create_vm goes to the local VM manager.",
  file: "src/protocols/replicated/server.ts",
  find: "    const command = { session, serial, operation: admitted.operation };",
  replace: [
    "    const command = { session, serial, operation: admitted.operation };",
    '    if (admitted.operation.op === "create") {',
    "      const { machine, raft } = this.#state;",
    "      const result = applyCommand(this.#service, machine, raft.applied, command);",
    '      this.#env.send(client, { type: "reply", session, serial, result });',
    "      return;",
    "    }",
  ].join("\n"),
  scenario: "orch-vm-read-after-write",
  invariant: "ACK",
  alone: [{ scenario: "orch-vm-read-after-write", invariant: "LIN" }],
};

export default mutant;
