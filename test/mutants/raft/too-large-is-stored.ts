import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "too-large-is-stored",
  wrong: "A command larger than an entry may be is taken in.",
  source: "Scenario raft-large-messages: above the limit it is rejected, not half-stored.",
  file: "src/protocols/raft/proposals.ts",
  find: 'if (sizeBytes > entryBytesMax) return "too large";',
  replace: "",
  scenario: "raft-overload",
  invariant: "TOO-LARGE",
};

export default mutant;
