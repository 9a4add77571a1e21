import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "apply-local-clock",
  wrong: "A server that applies a command stamps it with its own clock.",
  source: "Blixard: created_at and updated_at are taken from the local clock while applying.",
  file: "src/protocols/replicated/server.ts",
  find: "    const result = command && applyCommand(this.#service, machine, index, command);",
  replace: [
    "    const now = () => this.#env.wallClock();",
    "    const stamped = command && this.#service.admit(command.operation, now);",
    "    const result =",
    "      command && applyCommand(this.#service, machine, index, { ...command, ...stamped });",
  ].join("\n"),
  scenario: "orch-state-verification",
  invariant: "ORCH-STATE-EQ",
};

export default mutant;
