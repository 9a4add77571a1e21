import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-old-term-entries",
  wrong: "A leader commits entries of earlier terms by counting replicas.",
  source: "Raft §5.4.2 and figure 8; PySyncObj #5; CCF #4472.",
  file: "src/protocols/raft/leader.ts",
  find: "if (agreed > commit && termAt(log, agreed) === term) this.#member.commitUpTo(agreed);",
  replace: "if (agreed > commit) this.#member.commitUpTo(agreed);",
  scenario: "raft-rapid-leader-changes/figure-8",
  invariant: "RAFT-QUORUM",
};

export default mutant;
