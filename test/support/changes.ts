import type { Change } from "./cli.ts";

/** The vote is written to disk without the candidate. */
export const AMNESIA: Change = {
  file: "src/protocols/raft/storage.ts",
  find: 'writer.text(votedFor ?? "");',
  replace: 'writer.text("");',
};

/** Each server that starts counts itself, across the runs of a process, and says so. */
export const LEAK: Change = {
  file: "src/protocols/kv/server.ts",
  find: "    this.#raft.onStart();",
  replace: `    globalThis.starts = (globalThis.starts ?? 0) + 1;
    this.#env.emit("started", { starts: globalThis.starts });
    this.#raft.onStart();`,
};
