import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "joint-left-early",
  wrong: "The joint phase is left as soon as its entry is in the log.",
  source: "etcd #12136; Raft §6: the joint configuration is committed first.",
  file: "src/protocols/raft/changes.ts",
  find: '    return this.#begin(next) ?? "disk full";',
  replace: [
    "    const entry = this.#begin(next);",
    "    if (entry !== undefined && isJoint(next)) this.#begin(leaveJoint(next));",
    '    return entry ?? "disk full";',
  ].join("\n"),
  scenario: "raft-joint-consensus",
  invariant: "RAFT-CONFIG",
};

export default mutant;
