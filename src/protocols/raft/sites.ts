/**
 * Where a member may do what is rare but legal: the sites for {@link Env.buggify}, by what it then
 * does.
 */
export const RAFT_SITES = {
  /** An append carries one entry, however many may go. */
  appendsOne: "raft appends one entry",
  /** The next heartbeat comes just before followers lose patience. */
  beatsLate: "raft beats late",
  /** The election timeout is the shortest, so that several members stand at once. */
  standsEarly: "raft stands for election early",
  /** A vote is refused that could have been given. */
  refusesVote: "raft refuses a vote",
  /** A leader that has its quorum steps down; needs checkQuorum. */
  stepsDown: "raft steps down",
  /** What was written is synced with the next writes, or after the next event. */
  syncsLate: "raft syncs late",
  /** A command is refused as if too much were uncommitted. */
  isBusy: "raft is busy",
  /** A snapshot is taken although few entries were applied since the last one. */
  snapshotsSoon: "raft takes a snapshot soon",
} as const;
