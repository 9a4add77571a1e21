// What other threads and processes run of the command line: from source TypeScript, else what it
// became.

const END = import.meta.url.endsWith(".ts") ? "ts" : "js";

/** The module that workers of a pool run. */
export const WORKER = new URL(`pool-worker.${END}`, import.meta.url);

/** The module by which the process of a verifier finds scenarios. */
export const LOADER = new URL(`scenario-loader.${END}`, import.meta.url);
