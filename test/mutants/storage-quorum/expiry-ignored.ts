import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "expiry-ignored",
  wrong: "A node that was ever heard of is listed for ever.",
  source: "DecentraStore, discovery: a node of which nothing is heard for its ttl is dead.",
  file: "src/protocols/storage-quorum/discovery.ts",
  find: ".filter(({ expiresIn }) => expiresIn >= 0)",
  replace: ".filter(({ expiresIn }) => expiresIn !== undefined)",
  scenario: "sq-heartbeat-expiry",
  invariant: "SQ-MEMBERS",
  alone: [{ scenario: "sq-heartbeat-expiry", invariant: "SQ-AVAILABILITY" }],
};

export default mutant;
