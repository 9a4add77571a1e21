import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "stale-reply-counted",
  wrong: "An answer to an append of an earlier term tells the leader what the member holds.",
  source: "Raft figure 2, rules for servers; hashicorp/raft and etcd/raft check the term first.",
  file: "src/protocols/raft/leader.ts",
  find: 'if (message.term !== state.term || state.role.kind !== "leader") return;',
  replace: 'if (state.role.kind !== "leader") return;',
  scenario: "raft-reorder-and-duplicate",
  invariant: "STALE",
};

export default mutant;
