import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "majority-miscounts",
  wrong: "One voter less than a majority decides, in elections and of commits.",
  source: "Raft §5.2 and §5.3: a majority.",
  file: "src/protocols/raft/quorum.ts",
  find: "return Math.floor(count / 2) + 1;",
  replace: "return Math.floor(count / 2);",
  scenario: "raft-multi-group",
  invariant: "RAFT-VOTERS",
  alone: [{ scenario: "raft-multi-group", invariant: "GROUP-STOPS" }],
};

export default mutant;
