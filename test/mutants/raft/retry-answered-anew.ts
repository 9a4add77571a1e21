import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "retry-answered-anew",
  wrong: "A request that is asked again is answered with what is true now.",
  source: "Ongaro's thesis §6.3: the first response is kept with the session.",
  file: "src/protocols/replicated/server.ts",
  find: "      const { result } = last;",
  replace: [
    "      const { key } = operation as unknown as { readonly key: string };",
    "      const now = this.#service.query(this.#state.machine.state, key);",
    "      const result = this.#service.resultOf(now);",
  ].join("\n"),
  scenario: "raft-client-retry-during-election",
  invariant: "SAME-ANSWER",
  alone: [{ scenario: "raft-client-retry-during-election", invariant: "LIN-COUNT" }],
};

export default mutant;
