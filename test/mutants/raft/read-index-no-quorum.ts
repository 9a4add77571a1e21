import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "read-index-no-quorum",
  wrong: "An index read is answered without asking a majority whether the leader leads still.",
  source: "Ongaro's thesis §6.4; scenario raft-linearizable-reads.",
  file: "src/protocols/raft/reads.ts",
  find: "reads.waiting.push({ read, index, round: reads.round + 1, asker });",
  replace: ["reads.waiting.push({ read, index, round: 0, asker });", "    this.release();"].join(
    "\n",
  ),
  scenario: "raft-linearizable-reads",
  invariant: "MINORITY-READ",
  alone: [
    { scenario: "raft-linearizable-reads", invariant: "STALE-READ" },
    { scenario: "raft-linearizable-reads", invariant: "LIN" },
  ],
};

export default mutant;
