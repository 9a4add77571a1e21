import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "follower-reads-too-early",
  wrong:
    "A follower answers a read once the leader has said what it must have applied, and has not.",
  source: "Ongaro's thesis §6.4; dqlite raft #258 is of this kind.",
  file: "src/protocols/raft/follower-reads.ts",
  find: "index !== undefined && index <= applied",
  replace: "index !== undefined && index <= applied + 1_000",
  scenario: "raft-linearizable-reads/followers",
  invariant: "STALE-READ",
  alone: [{ scenario: "raft-linearizable-reads/followers", invariant: "LIN" }],
};

export default mutant;
