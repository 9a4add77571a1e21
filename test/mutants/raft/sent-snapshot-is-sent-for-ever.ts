import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "sent-snapshot-is-sent-for-ever",
  wrong: "A member that has its snapshot is sent no entries: its answer does not end the sending.",
  source: "etcd #10308; raft-rs, Progress: an acknowledged snapshot makes a probe again.",
  file: "src/protocols/raft/leader.ts",
  find: '(progress.mode !== "full" || match >= progress.next)',
  replace: 'progress.mode !== "snapshot" && (progress.mode !== "full" || match >= progress.next)',
  scenario: "raft-snapshot-to-lagging-follower",
  invariant: "LEVEL",
  alone: [{ scenario: "raft-snapshot-to-lagging-follower", invariant: "CATCH-UP" }],
};

export default mutant;
