import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "probe-never-resumes",
  wrong: "A probe that got lost is not sent again by the heartbeat.",
  source: "etcd's probe rules; Raft §5.3, a leader retries indefinitely.",
  file: "src/protocols/raft/replicator.ts",
  find: "    // Also the remedy for a lost append: the follower refuses what does not follow on.",
  replace: "    if (progress.isPaused) return;",
  scenario: "raft-random-failures-property/swarm",
  invariant: "AGREEMENT",
  alone: [{ scenario: "raft-packet-loss", invariant: "PROGRESS 30 %" }],
};

export default mutant;
