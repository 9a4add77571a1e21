import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "staged-is-passed-over",
  wrong: "Who asks what is to be paid hears of what was staged just now alone.",
  source: "The Block: what was staged before a crash must be found, and submitted again.",
  file: "src/protocols/lease/queue.ts",
  find: "const waiting = queue.staged.slice(queue.executed, queue.executed + count);",
  replace: "const waiting = queue.staged.slice(before);",
  also: [
    {
      file: "src/protocols/lease/queue.ts",
      find: ["  queue.epoch = epoch;", "  const room"].join("\n"),
      replace: [
        "  queue.epoch = epoch;",
        "  const before = queue.staged.length;",
        "  const room",
      ].join("\n"),
    },
  ],
  scenario: "tb-paused-executor-fencing",
  invariant: "ALL-EXECUTED",
};

export default mutant;
