import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "apply-error-skipped",
  wrong: "A command that fails to apply on a server is left out there.",
  source: "Chronik logs a failed apply and goes on.",
  file: "src/protocols/replicated/server.ts",
  find: "    const result = command && applyCommand(this.#service, machine, index, command);",
  replace: [
    "    const isFailed = this.#env.now() % 97 === 0;",
    "    const result =",
    "      command && !isFailed",
    "        ? applyCommand(this.#service, machine, index, command)",
    "        : undefined;",
  ].join("\n"),
  scenario: "orch-state-verification",
  invariant: "ORCH-STATE-EQ",
  alone: [{ scenario: "orch-concurrent-writes", invariant: "SETTLED" }],
};

export default mutant;
