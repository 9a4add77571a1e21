import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "check-quorum-miscounts",
  wrong: "A leader that asks whether a majority is there counts one of the others in any case.",
  source: "Ongaro's thesis §6.2; an off-by-one of any count of votes.",
  file: "src/protocols/raft/leader.ts",
  find: "id === this.#member.id || role",
  replace: "id === this.#member.id || id === this.#member.otherVoters[0] || role",
  scenario: "raft-majority-required/leader-survives",
  invariant: "NO-LEADER",
};

export default mutant;
