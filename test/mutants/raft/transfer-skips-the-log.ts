import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "transfer-skips-the-log",
  wrong: "Who is told to stand is voted for, however short its log.",
  source:
    "dragonboat 1c7ebd3; Ongaro's thesis §3.10: its request may pass, its log is compared as ever.",
  file: "src/protocols/raft/elections.ts",
  find: ["      this.#isUpToDate(lastIndex, lastTerm) &&", "      !member.env.buggify"].join("\n"),
  replace: [
    "      (transfer === true || this.#isUpToDate(lastIndex, lastTerm)) &&",
    "      !member.env.buggify",
  ].join("\n"),
  scenario: "raft-leadership-transfer/late",
  invariant: "RAFT-COMPLETE",
};

export default mutant;
