import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "leaver-takes-in-more",
  wrong: "A leader takes in commands behind the end of its own membership.",
  source: "Ongaro's thesis §4.2.2 and §3.10: whom it tells to stand lacks some of them, and loses.",
  file: "src/protocols/raft/transfer.ts",
  find: "return this.isUnderWay || this.#role()?.changes.isLeaving === true;",
  replace: "return this.isUnderWay;",
  scenario: "raft-config-change-add-remove",
  invariant: "PROGRESS",
};

export default mutant;
