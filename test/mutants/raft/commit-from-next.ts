import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-from-next",
  wrong: "The leader counts what it has sent instead of what was acknowledged.",
  source: "PySyncObj #3 in SandTable, EuroSys 2024.",
  file: "src/protocols/raft/raft.ts",
  find: "matches.push(member.match);",
  replace: "matches.push(member.next - 1);",
  scenario: "raft-basic-replication",
  invariant: "RAFT-QUORUM",
};

export default mutant;
