import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "heartbeat-sends-again",
  wrong: "A heartbeat carries again all that is not acknowledged, be it on its way.",
  source:
    "Scenario raft-large-messages: what is large is sent as good as once; etcd/raft, Inflights.",
  file: "src/protocols/raft/replicator.ts",
  find: "    const last = isAwaited(progress) ?",
  replace: [
    '    if (progress.mode === "replicate") progress.next = progress.match + 1;',
    "    const last = isAwaited(progress) ?",
  ].join("\n"),
  scenario: "raft-large-messages",
  invariant: "SENT-AGAIN",
  alone: [{ scenario: "raft-bandwidth-limit", invariant: "THROUGHPUT" }],
};

export default mutant;
