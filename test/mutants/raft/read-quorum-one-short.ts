import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "read-quorum-one-short",
  wrong: "For an index read one voter less than a majority has to confirm the leader.",
  source: "openraft d60f1e85; Ongaro's thesis §6.4: a majority.",
  file: "src/protocols/raft/reads.ts",
  find: "    if (!isQuorum(state.configuration, (id) => reads.confirmers.has(id))) return;",
  replace: [
    "    const { otherVoters } = this.#member;",
    "    if (reads.confirmers.size < (otherVoters.length + 1) >> 1) return;",
  ].join("\n"),
  scenario: "raft-linearizable-reads/followers",
  invariant: "STALE-READ",
};

export default mutant;
