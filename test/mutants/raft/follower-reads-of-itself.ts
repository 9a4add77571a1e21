import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "follower-reads-of-itself",
  wrong: "A follower takes its own commit index for what the leader says.",
  source: "Ongaro's thesis §6.4: a follower asks the leader, whatever it has heard before.",
  file: "src/protocols/raft/follower-reads.ts",
  find: "index: undefined, askedAt });",
  replace: "index: state.commit, askedAt });",
  scenario: "raft-linearizable-reads/followers",
  invariant: "STALE-READ",
};

export default mutant;
