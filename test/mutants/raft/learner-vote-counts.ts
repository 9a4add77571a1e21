import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "learner-vote-counts",
  wrong: "Learners are asked for their votes, and these count.",
  source: "willemt/raft bd54c09, c4de21e; hashicorp/raft 656e6c0; thesis §4.2.1.",
  file: "src/protocols/raft/elections.ts",
  find: "for (const peer of otherVoters) durability.promise(peer, request);",
  replace: [
    "for (const peer of [...otherVoters, ...state.configuration.learners]) {",
    "      durability.promise(peer, request);",
    "    }",
  ].join("\n"),
  also: [
    {
      file: "src/protocols/raft/elections.ts",
      find: "for (const peer of otherVoters) this.#member.send(peer, question);",
      replace: [
        "for (const peer of [...otherVoters, ...state.configuration.learners]) {",
        "      this.#member.send(peer, question);",
        "    }",
      ].join("\n"),
    },
    {
      file: "src/protocols/raft/elections.ts",
      find: "return voteResult(this.#member.state.configuration, votes);",
      replace: [
        "const { voters, learners, outgoing } = this.#member.state.configuration;",
        "    return voteResult({ voters: [...voters, ...learners], outgoing }, votes);",
      ].join("\n"),
    },
  ],
  scenario: "raft-config-change-add-remove/learners",
  invariant: "RAFT-VOTERS",
};

export default mutant;
