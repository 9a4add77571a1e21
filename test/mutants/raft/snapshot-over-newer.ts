import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-over-newer",
  wrong: "A snapshot is installed although more is applied already.",
  source: "openraft #1892; Raft figure 13.",
  file: "src/protocols/raft/snapshot-receiver.ts",
  find: "if (index > state.commit) return false;",
  replace: "if (index > 0) return false;",
  scenario: "raft-random-failures-property/swarm",
  invariant: "EXCEPTION",
};

export default mutant;
