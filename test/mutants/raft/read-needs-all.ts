import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "read-needs-all",
  wrong: "A read waits for the word of every voter, not of a majority.",
  source: "Ongaro's thesis §6.4: a majority confirms that the leader leads.",
  file: "src/protocols/raft/reads.ts",
  find: "if (!isQuorum(state.configuration, (id) => reads.confirmers.has(id))) return;",
  replace: "if (!state.configuration.voters.every((id) => reads.confirmers.has(id))) return;",
  scenario: "raft-linearizable-reads",
  invariant: "READS-ANSWERED",
};

export default mutant;
