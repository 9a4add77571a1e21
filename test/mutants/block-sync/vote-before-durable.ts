import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "vote-before-durable",
  wrong: "A vote is sent at once, and is on the disk later.",
  source: "Casper FFG: who forgets a vote votes again; as Raft \u00a75.2 has it for votedFor.",
  file: "src/protocols/block-sync/finality/voter.ts",
  find: "    voter.waiting.push(vote);",
  replace: "    this.#owner.publish(vote);",
  scenario: "tb-multi-node-consensus",
  invariant: "VOTE-DURABLE",
};

export default mutant;
