/** The module that workers of the command line run: from source TypeScript, else what it became. */
export const WORKER = new URL(
  import.meta.url.endsWith(".ts") ? "pool-worker.ts" : "pool-worker.js",
  import.meta.url,
);
