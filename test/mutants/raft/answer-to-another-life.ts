import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "answer-to-another-life",
  wrong: "A restarted client takes a late answer to its former self for its own.",
  source: "This project's own client, before its answers named the session.",
  file: "src/protocols/replicated/client.ts",
  find: "if (message.session !== session || message.serial !== serial) return;",
  replace: "if (message.serial !== serial) return;",
  scenario: "raft-random-failures-property/swarm",
  invariant: "ACK",
};

export default mutant;
