import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "transfer-before-promotion",
  wrong:
    "Who is told to lead stands without what the leader knows to be committed, be it its own vote.",
  source: "openraft #1805.",
  file: "src/protocols/raft/transfer.ts",
  find: ["    this.#member.commitUpTo(commit);", "    this.#stand();"].join("\n"),
  replace: "    this.#stand();",
  scenario: "raft-leadership-transfer/promoted",
  invariant: "N4-LEADS",
};

export default mutant;
