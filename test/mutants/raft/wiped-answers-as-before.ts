import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "wiped-answers-as-before",
  wrong: "Who starts on an empty disk takes itself for the member that was there before.",
  source: "TiKV #9579: a voter that was made anew answers with an empty log.",
  file: "src/protocols/raft/persistence.ts",
  find: "const member = drawMember(this.#env.id, this.#env.random);",
  replace: "const member = this.#env.id;",
  scenario: "raft-wiped-member",
  invariant: "RAFT-MONO",
  alone: [
    { scenario: "raft-wiped-member", invariant: "NOTHING-COMMITTED" },
    { scenario: "raft-wiped-member", invariant: "NOBODY-LEADS" },
  ],
};

export default mutant;
