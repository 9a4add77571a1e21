import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-falls",
  wrong: "The commit index follows each message, also downwards.",
  source: "PySyncObj #2 in SandTable, EuroSys 2024; raft.tla #19.",
  file: "src/protocols/raft/member.ts",
  find: "if (index <= state.commit) return;",
  replace: "if (index === state.commit) return;",
  scenario: "raft-random-failures-property/swarm",
  invariant: "RAFT-MONO",
};

export default mutant;
