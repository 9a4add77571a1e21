import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "leader-truncates-itself",
  wrong: "A leader whose append is refused cuts its own log to what the follower has.",
  source: "Raft figure 3, Leader Append-Only; CCF #5991, eager truncation.",
  file: "src/protocols/raft/leader.ts",
  find: ['progress.mode = "probe";', "    progress.isPaused = false;"].join("\n"),
  replace: [
    'progress.mode = "probe";',
    "    progress.isPaused = false;",
    "    if (agreement + 1 > this.#member.state.commit && agreement < log.lastIndex) {",
    "      log.chunks.length = Math.ceil(agreement / 64);",
    "      if (agreement % 64 !== 0) log.chunks.at(-1)!.length = agreement % 64;",
    "      log.lastIndex = agreement;",
    "      progress.next = log.lastIndex + 1;",
    "    }",
  ].join("\n"),
  scenario: "raft-arbitrary-messages-property",
  invariant: "RAFT-APPEND",
};

export default mutant;
