import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "half-is-a-majority",
  wrong: "Half of the voters, where they are even, elect and commit.",
  source: "Raft §5.2: a majority; an off-by-one that odd clusters hide.",
  file: "src/protocols/raft/quorum.ts",
  find: "return Math.floor(count / 2) + 1;",
  replace: "return Math.ceil(count / 2);",
  scenario: "raft-symmetric-partition",
  invariant: "RAFT-QUORUM",
  alone: [{ scenario: "raft-symmetric-partition", invariant: "NO-COMMIT" }],
};

export default mutant;
