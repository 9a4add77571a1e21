import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "learner-acknowledges",
  wrong: "A leader commits what as many members as make a majority of voters hold, learners too.",
  source: "willemt/raft bd54c09; hashicorp/raft 6e41709. Ongaro's thesis §4.2.1.",
  file: "src/protocols/raft/leader.ts",
  find: "const agreed = quorumIndex(configuration, (id) => matchOf(role.progress, id));",
  replace: [
    "const held = [...role.progress.values()].map(({ match }) => match).sort((a, b) => b - a);",
    "    const agreed = held[majority(configuration.voters.length) - 1]!;",
  ].join("\n"),
  scenario: "raft-config-change-add-remove/learners",
  invariant: "RAFT-QUORUM",
};

export default mutant;
