import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "answer-to-another-life",
  wrong: "A restarted client takes a late answer to its former self for its own.",
  source: "This project's own client, before its answers named the session.",
  file: "src/protocols/replicated/caller.ts",
  find: "return session === state.session && serial === state.serial;",
  replace: 'return session !== "" && serial === state.serial;',
  scenario: "raft-random-failures-property/swarm",
  invariant: "ACK",
};

export default mutant;
