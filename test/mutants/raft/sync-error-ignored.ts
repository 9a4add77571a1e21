import type { Mutant } from "../mutant.ts";

const mutant: Mutant = {
  id: "sync-error-ignored",
  wrong: "A sync that has failed counts as one that went well.",
  source: "PostgreSQL's fsyncgate, 2018; Rebello et al., USENIX ATC 2020.",
  file: "src/protocols/raft/durability.ts",
  find: [
    "    if (error !== undefined) this.#halt(error.kind);",
    "    if (state.isHalted) return;",
  ].join("\n"),
  replace: "    if (state.isHalted) return;",
  scenario: "raft-failing-disks",
  invariant: "RAFT-DURABLE",
};

export default mutant;
