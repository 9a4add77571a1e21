import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "unknown-vote-counts",
  wrong: "Every server is asked for its vote, and counts, be it a member, removed or yet to come.",
  source: "hashicorp/raft #477, #526; TiKV #9579; Raft §6.",
  file: "src/protocols/raft/elections.ts",
  find: "for (const peer of otherVoters) durability.promise(peer, request);",
  replace: [
    "const { servers = otherVoters } = this.#member.config;",
    "    for (const peer of servers.filter((id) => id !== this.#member.id)) {",
    "      durability.promise(peer, request);",
    "    }",
  ].join("\n"),
  also: [
    {
      file: "src/protocols/raft/elections.ts",
      find: "return voteResult(this.#member.state.configuration, votes);",
      replace: [
        "const { configuration } = this.#member.state;",
        "    const granted = [...votes.values()].filter((isGranted) => isGranted).length;",
        "    const isWon = granted * 2 > configuration.voters.length;",
        '    return isWon ? "won" : voteResult(configuration, votes);',
      ].join("\n"),
    },
  ],
  scenario: "raft-config-change-add-remove/crashes",
  invariant: "RAFT-VOTERS",
};

export default mutant;
