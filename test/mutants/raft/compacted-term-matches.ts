import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "compacted-term-matches",
  wrong: "The term of an entry that is compacted, or not there, is 0, and 0 here matches 0 there.",
  source: "etcd-io/raft #31 (76f1249).",
  file: "src/protocols/raft/log.ts",
  find: "return index === log.base.index ? log.base.term : entryAt(log, index).term;",
  replace: [
    "if (index === log.base.index) return log.base.term;",
    "  return index < log.base.index || index > log.lastIndex ? 0 : entryAt(log, index).term;",
  ].join("\n"),
  also: [
    {
      // Who has its window full is sent heartbeats, and no snapshot before it has answered.
      file: "src/protocols/raft/replicator.ts",
      find: "if (progress.isPaused || progress.next > state.log.lastIndex) return;",
      replace: [
        "const isFull = progress.mode === 'replicate' && progress.next <= state.log.base.index;",
        "    if (isFull || progress.isPaused || progress.next > state.log.lastIndex) return;",
      ].join("\n"),
    },
    {
      // A heartbeat goes out while the snapshot that is needed cannot.
      file: "src/protocols/raft/replicator.ts",
      find: "const last = isAwaited(progress) ? progress.next",
      replace: [
        "const isGone = progress.next <= this.#member.state.log.base.index;",
        "    const last = isGone || isAwaited(progress) ? progress.next",
      ].join("\n"),
    },
    {
      file: "src/protocols/raft/replicator.ts",
      find: "if (this.#snapshots.isNeeded(progress)) {\n      this.#snapshots.ask(",
      replace: 'if (progress.mode === "snapshot") {\n      this.#snapshots.ask(',
    },
    {
      file: "src/protocols/raft/follower.ts",
      find: "if (prevIndex > log.lastIndex || termAt(log, prevIndex) !== prevTerm) {",
      replace: "if (termAt(log, prevIndex) !== prevTerm) {",
    },
  ],
  scenario: "raft-snapshot-to-lagging-follower",
  invariant: "EXCEPTION",
};

export default mutant;
