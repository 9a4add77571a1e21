import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "client-sticks-to-the-dead",
  wrong: "A client whose leader does not answer asks the same one again, for ever.",
  source: "Ongaro's thesis §6.2: a client tries another server.",
  file: "src/protocols/replicated/caller.ts",
  find: ["    state.asks++;", "    state.leader = undefined;"].join("\n"),
  replace: ["    state.asks++;", "    state.leader = to;"].join("\n"),
  scenario: "raft-leader-crash-reelection",
  invariant: "WRITES-RESUME",
  alone: [{ scenario: "raft-chaos-mode", invariant: "PROBE" }],
};

export default mutant;
