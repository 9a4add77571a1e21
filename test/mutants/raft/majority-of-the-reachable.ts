import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "majority-of-the-reachable",
  wrong: "A leader counts the majority of those who have answered of late, not of all voters.",
  source: "Raft §5.3 and thesis §4: who is a voter is what the log says, not who is there.",
  file: "src/protocols/raft/leader.ts",
  find: "    const agreed = quorumIndex(configuration, (id) => matchOf(role.progress, id));",
  replace: [
    "    const voters = configuration.voters.filter((id) => {",
    "      return id === this.#member.id || role.progress.get(id)?.isActive;",
    "    });",
    "    const here = { ...configuration, voters };",
    "    const agreed = quorumIndex(here, (id) => matchOf(role.progress, id));",
  ].join("\n"),
  also: [
    {
      file: "src/protocols/raft/leader.ts",
      find: "role.ahead >= majority(state.configuration.voters.length)",
      replace: "role.ahead >= 1",
    },
  ],
  scenario: "raft-leader-in-minority/with-follower",
  invariant: "RAFT-QUORUM",
  alone: [{ scenario: "raft-leader-in-minority/with-follower", invariant: "MINORITY-COMMIT" }],
};

export default mutant;
