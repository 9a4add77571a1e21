import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "commit-one-short",
  wrong: "One holder less than a majority commits an entry.",
  source:
    "Raft §5.3: a majority; openraft d60f1e85 had it with reads. Two counts have to be short.",
  file: "src/protocols/raft/quorum.ts",
  find: ["  const needed = majority(match.length);", "  let best"].join("\n"),
  replace: ["  const needed = Math.max(1, majority(match.length) - 1);", "  let best"].join("\n"),
  also: [
    {
      file: "src/protocols/raft/leader.ts",
      find: "role.ahead >= majority(state.configuration.voters.length)",
      replace: "role.ahead >= majority(state.configuration.voters.length) - 1",
    },
  ],
  scenario: "raft-leader-in-minority/with-follower",
  invariant: "RAFT-QUORUM",
  alone: [{ scenario: "raft-leader-in-minority/with-follower", invariant: "MINORITY-ACK" }],
};

export default mutant;
