import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "append-always-truncates",
  wrong: "Every append cuts the log behind its entries, also an old one that stops short.",
  source: "willemt/raft 3fc7f32; RaftOS #2; CCF #5991; Raft §5.3.",
  file: "src/protocols/raft/follower.ts",
  find: "for (const entry of entries) this.#accept(entry);",
  replace: [
    "if (prevIndex < log.lastIndex) truncateFrom(log, prevIndex + 1);",
    "    for (const entry of entries) this.#accept(entry);",
  ].join("\n"),
  scenario: "raft-arbitrary-messages-property",
  invariant: "RAFT-KEEP",
};

export default mutant;
