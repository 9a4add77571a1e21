import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "transfer-in-vain",
  wrong: "Voters that hear from the leader do not vote for whom it has told to stand.",
  source: "Ongaro's thesis §3.10 and §4.2.3: a mark lets the request pass.",
  file: "src/protocols/raft/elections.ts",
  find: "return isHandedOver || !isLoyal;",
  replace: "return (isHandedOver && this.#member.isLeader) || !isLoyal;",
  scenario: "raft-leadership-transfer",
  invariant: "N2-LEADS",
  alone: [
    { scenario: "raft-leadership-transfer", invariant: "N5-LEADS" },
    { scenario: "raft-leadership-transfer", invariant: "N3-LEADS" },
  ],
};

export default mutant;
