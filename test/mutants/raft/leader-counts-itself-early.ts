import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "leader-counts-itself-early",
  wrong: "The leader counts its own entry before its disk has it.",
  source: "etcd #14370; Vanlightly's RaftFsync specification.",
  file: "src/protocols/raft/leader.ts",
  find: 'durability.promise(id, { type: "appendReply", term: state.term, accepted: true, match });',
  replace:
    'this.onAppendReply(id, { type: "appendReply", term: state.term, accepted: true, match });',
  scenario: "raft-random-failures-property/swarm",
  invariant: "RAFT-QUORUM",
};

export default mutant;
