import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "entries-while-installing",
  wrong: "A follower takes in entries while a snapshot that will replace its log is not durable.",
  source: "openraft eed681d5. Two guards have to go: who takes in an entry gives up the snapshot.",
  file: "src/protocols/raft/follower.ts",
  find: "if (state.durability.next?.from !== undefined) return;",
  replace: "",
  also: [
    {
      file: "src/protocols/raft/persistence.ts",
      find: "if (durability.next?.from !== undefined) this.#storage.abandonNext();",
      replace: "",
    },
  ],
  scenario: "raft-snapshot-to-lagging-follower/late-entries",
  invariant: "EXCEPTION",
};

export default mutant;
