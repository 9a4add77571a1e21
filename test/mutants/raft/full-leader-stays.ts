import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "full-leader-stays",
  wrong: "A leader whose disk is full refuses every command and goes on leading.",
  source: "Scenario raft-disk-full: another leads within 10 s.",
  file: "src/protocols/raft/proposals.ts",
  find: ["      this.#member.becomeFollower(undefined);", "      return this.#member"].join("\n"),
  replace: "      return this.#member",
  scenario: "raft-disk-full",
  invariant: "HAND-OVER",
};

export default mutant;
