import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "read-answer-of-another-life",
  wrong: "A restarted follower takes the answer to a read of its former life for its own.",
  source: "etcd-io/raft #397, etcd #20418: two reads that share a context.",
  file: "src/protocols/raft/follower-reads.ts",
  find: "if (life !== asked.life) return;",
  replace: "if (asked.life === undefined || life < 0) return;",
  scenario: "raft-linearizable-reads/former-answers",
  invariant: "STALE-READ",
};

export default mutant;
