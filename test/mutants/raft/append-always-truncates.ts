import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "append-always-truncates",
  wrong: "Every append cuts the log behind its entries, also an old one that stops short.",
  source: "willemt/raft 3fc7f32; RaftOS #2; CCF #5991; Raft §5.3.",
  file: "src/protocols/raft/follower.ts",
  find: "const match = this.#acceptAll(prevIndex, entries, commit);",
  replace: [
    "const { log } = member.state;",
    "    if (prevIndex < log.lastIndex) {",
    "      log.chunks.length = Math.ceil(prevIndex / 64);",
    "      if (prevIndex % 64 !== 0) log.chunks.at(-1)!.length = prevIndex % 64;",
    "      log.lastIndex = prevIndex;",
    "    }",
    "    const match = this.#acceptAll(prevIndex, entries, commit);",
  ].join("\n"),
  scenario: "raft-arbitrary-messages-property",
  invariant: "RAFT-KEEP",
  alone: [
    { scenario: "raft-bandwidth-limit", invariant: "CATCH-UP, one follower" },
    { scenario: "raft-bandwidth-limit", invariant: "CATCH-UP, both followers" },
    { scenario: "raft-bandwidth-limit", invariant: "CATCH-UP, leader" },
  ],
};

export default mutant;
