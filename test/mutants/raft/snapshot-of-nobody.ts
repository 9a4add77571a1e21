import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "snapshot-of-nobody",
  wrong: "A member that was not there at first saves who takes part before it knows.",
  source: "Seen here: the first voters are in no entry of the log.",
  file: "src/protocols/raft/snapshots.ts",
  find: "if (configuration.voters.length === 0) return;",
  replace: "",
  scenario: "raft-wiped-member",
  invariant: "RAFT-SNAPSHOT",
};

export default mutant;
