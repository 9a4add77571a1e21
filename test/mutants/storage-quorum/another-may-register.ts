import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "another-may-register",
  wrong: "The discovery takes whatever name a node says is its own.",
  source: "Sybil attacks: Douceur, 2002; the sender is who the network says.",
  file: "src/protocols/storage-quorum/discovery.ts",
  find: "if (message.name === from) this.#onMembership(from, message);",
  replace: 'if (message.name !== "") this.#onMembership(message.name, message);',
  scenario: "sq-byzantine-storage/two-identities",
  invariant: "SQ-MEMBERS",
};

export default mutant;
