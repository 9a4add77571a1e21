import type { Change } from "../mutants/mutant.ts";
import voteAmnesia from "../mutants/raft/vote-amnesia.ts";

/** The vote is written to disk without the candidate. */
export const AMNESIA: Change = voteAmnesia;

/** Each server that starts counts itself, across the runs of a process, and says so. */
export const LEAK: Change = {
  id: "leak",
  file: "src/protocols/replicated/server.ts",
  find: "    this.#raft.onStart();",
  replace: `    globalThis.starts = (globalThis.starts ?? 0) + 1;
    this.#env.emit("started", { starts: globalThis.starts });
    this.#raft.onStart();`,
};
