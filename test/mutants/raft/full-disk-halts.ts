import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "full-disk-halts",
  wrong: "A member whose disk was full once does nothing any more.",
  source: "Scenario raft-disk-full: after space is freed the server rejoins.",
  file: "src/protocols/raft/durability.ts",
  find: 'if (error?.kind === "full") return false;',
  replace: "",
  scenario: "raft-disk-full/follower",
  invariant: "CATCH-UP",
  alone: [{ scenario: "raft-disk-full/both-followers", invariant: "RESUME" }],
};

export default mutant;
