import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "session-for-each-request",
  wrong: "A client asks for each thing as somebody new, whom the servers remember for ever.",
  source: "Ongaro's thesis §6.3: sessions cost memory, and have to be few.",
  file: "src/protocols/replicated/caller.ts",
  find: ["    state.asks = 0;", "    state.slowness = 1;"].join("\n"),
  replace: ["    state.asks = 0;", "    state.slowness = 1;", "    this.start();"].join("\n"),
  scenario: "orch-bench-sustained-load",
  invariant: "KEPT-SESSIONS",
};

export default mutant;
