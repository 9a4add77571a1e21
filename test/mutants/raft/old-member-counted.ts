import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "old-member-counted",
  wrong: "What a member has acknowledged is taken for the word of who is on its host now.",
  source: "KIP-853: a replica is known by its id and its directory, on every message.",
  file: "src/protocols/raft/member.ts",
  find: "if (meant === member) return sender;",
  replace: [
    "const isOf = (id: MemberId): boolean => hostOf(id) === hostOf(sender);",
    "const now = membersOf(this.state.configuration).find(isOf) ?? sender;",
    'if (meant === member) return type === "stranger" ? sender : now;',
  ].join("\n    "),
  scenario: "raft-wiped-member/late-replies",
  invariant: "MEMBERS",
};

export default mutant;
