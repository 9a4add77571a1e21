import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "leader-truncates-itself",
  wrong: "A leader whose append is refused cuts its own log to what the follower has.",
  source: "Raft figure 3, Leader Append-Only; CCF #5991, eager truncation.",
  file: "src/protocols/raft/raft.ts",
  find: ['progress.mode = "probe";', "    progress.isPaused = false;"].join("\n"),
  replace: [
    'progress.mode = "probe";',
    "    progress.isPaused = false;",
    "    if (agreement + 1 > this.state.commit && agreement < log.lastIndex) {",
    "      truncateFrom(log, agreement + 1);",
    "      progress.next = log.lastIndex + 1;",
    "    }",
  ].join("\n"),
  scenario: "raft-arbitrary-messages-property",
  invariant: "RAFT-APPEND",
};

export default mutant;
