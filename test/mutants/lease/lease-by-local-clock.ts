import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "lease-by-local-clock",
  wrong: "Each server judges by its own clock whether a lease is over when it applies.",
  source: "The Block: expiry is judged by the clock of whoever looks.",
  file: "src/protocols/replicated/server.ts",
  find: "    const result = command && applyCommand(this.#service, machine, index, command);",
  replace: [
    "    const now = () => this.#env.wallClock();",
    "    const stamped = command && this.#service.admit(command.operation, now);",
    "    const result =",
    "      command && applyCommand(this.#service, machine, index, { ...command, ...stamped });",
  ].join("\n"),
  scenario: "tb-lease-clock-skew",
  invariant: "LEASE-STATE-EQ",
};

export default mutant;
