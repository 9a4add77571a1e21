import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "ack-before-sync",
  wrong: "A follower acknowledges entries before they are durable.",
  source: "etcd #14370; Vanlightly's RaftFsync specification; Jepsen on RedisRaft.",
  file: "src/protocols/raft/follower.ts",
  find: 'member.durability.promise(from, { type: "appendReply", term, accepted: true, match });',
  replace: 'member.env.send(from, { type: "appendReply", term, accepted: true, match });',
  scenario: "raft-replication-consistency",
  invariant: "RAFT-DURABLE",
};

export default mutant;
