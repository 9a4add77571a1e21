import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "match-falls",
  wrong: "A leader believes the answer that came last, also when it is an old one.",
  source: "raft.tla, HandleAppendEntriesResponse; etcd/raft Progress.MaybeUpdate.",
  file: "src/protocols/raft/leader.ts",
  find: "progress.match = Math.max(progress.match, match);",
  replace: "progress.match = match;",
  scenario: "raft-reorder-and-duplicate",
  invariant: "STALE",
};

export default mutant;
