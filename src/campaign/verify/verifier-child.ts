// The process of a verifier: its arguments are the URL of the module that loads scenarios, and the
// id of the thread that must not be taken. Runs are made in a worker, which tells that it is one.

import { tmpdir } from "node:os";
import { Worker } from "node:worker_threads";
import type { Numbered, Reply, Request } from "./verifier-protocol.ts";

const [, , loader = "", takenThread = ""] = process.argv;
process.title = "elsewhere";
const home = process.cwd();
const worker = startWorker();
/** By id, whom to tell. */
const open = new Map<number, (reply: Reply) => void>();
const loaded = new Set<string>();
let queue = Promise.resolve();

worker.on("message", (reply: Reply) => open.get(reply.id)?.(reply));
worker.on("error", (error) => {
  console.error(error);
  process.exit(1);
});
// Its parent is gone, perhaps since before this module was loaded.
process.on("disconnect", () => process.exit());
if (!process.connected) process.exit();
// Ctrl-C reaches all processes of a terminal; the parent says when it is time to go.
process.on("SIGINT", () => {});
process.on("message", (message: Numbered) => {
  queue = queue.then(() => handle(message));
});

/** Modules are loaded where the user stands, as they may read files; runs are made elsewhere. */
async function handle({ id, request }: Numbered): Promise<void> {
  const key = JSON.stringify(request.reference);
  if (!loaded.has(key)) {
    process.chdir(home);
    const answer = await ask(id, { kind: "load", reference: request.reference });
    if ("error" in answer) {
      process.send?.(answer);
      return;
    }
    loaded.add(key);
  }
  process.chdir(tmpdir());
  process.send?.(await ask(id, request));
}

function ask(id: number, request: Request): Promise<Reply> {
  return new Promise((resolve) => {
    open.set(id, (reply) => {
      open.delete(id);
      resolve(reply);
    });
    worker.postMessage({ id, request } satisfies Numbered);
  });
}

/** A worker with another thread id than the one where plans are run in the other process. */
function startWorker(): Worker {
  const first = newWorker();
  if (String(first.threadId) !== takenThread) return first;
  const second = newWorker();
  void first.terminate();
  return second;
}

function newWorker(): Worker {
  const options = { workerData: { loader } };
  const script = new URL("./verifier-worker.ts", import.meta.url);
  if (!import.meta.url.endsWith(".ts")) {
    return new Worker(new URL("./verifier-worker.js", import.meta.url), options);
  }
  // A worker does not take `--import tsx`; it loads TypeScript when told to by its own code. That
  // is a module, as a worker that evaluates a script takes no other `--import` either.
  const code = `import { register } from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))};
    register();
    await import(${JSON.stringify(script)});`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), options);
}
