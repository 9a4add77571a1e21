import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import type { Plan } from "../../sim/plan.ts";
import type { Examined } from "../examine.ts";
import type { Casualty } from "../report/finding.ts";
import type { Shrunk } from "../shrink/shrink.ts";

/** What a worker can be asked for; each names a scenario of the catalogue, or of a module. */
export interface WorkerMethods {
  /**
   * Runs the seeds of a block in order, and tells now and then by an event what came of those since
   * the last one, a list of {@link Examined}; returns the rest. Ends early when `progress`, the
   * buffer of a BlockProgress, says so.
   */
  examine(block: readonly BlockSeed[], progress: SharedArrayBuffer): Promise<readonly Examined[]>;
  /** Shrinks a failing plan, for so many real seconds at most; tells {@link BEGUN} by an event. */
  shrink(source: WorkerSource, plan: Plan, secondsMax: number): Promise<Shrunk>;
}

/** A seed to be run, and again if asked for; one that fails is run again and recorded. */
export interface BlockSeed {
  readonly source: WorkerSource;
  readonly seed: string;
  readonly isAgain: boolean;
}

/** Where a worker finds a scenario. */
export interface WorkerSource {
  readonly name: string;
  readonly file: string | undefined;
}

/** What a worker tells when it has loaded its code. */
export const BEGUN = "begun";

/** What a worker was asked for. */
export interface Asked<Result> {
  readonly result: Promise<Result>;
  /** Has it not be done, or ends the worker that is at it. */
  readonly end: () => void;
}

/** Worker threads, which are replaced when they end. */
export class Threads {
  readonly #pool: workerpool.Pool;

  constructor(worker: URL, jobs: number) {
    const { script, isCode } = scriptOf(worker);
    this.#pool = workerpool.pool(script, {
      workerType: "thread",
      maxWorkers: jobs,
      workerThreadOpts: { eval: isCode },
      workerTerminateTimeout: TERMINATE_MS,
    });
  }

  /** Asks whichever worker is free first; rejects with what {@link causeOf} reads. */
  ask<Name extends keyof WorkerMethods>(
    method: Name,
    args: Readonly<Parameters<WorkerMethods[Name]>>,
    on: (event: unknown) => void,
  ): Asked<Awaited<ReturnType<WorkerMethods[Name]>>> {
    const task = this.#pool.exec(method, [...args], { on });
    const result = (async (): Promise<Awaited<ReturnType<WorkerMethods[Name]>>> => {
      try {
        // What a worker gives is what its method returns.
        return (await task) as Awaited<ReturnType<WorkerMethods[Name]>>;
      } catch (error) {
        this.#goOn();
        throw error;
      }
    })();
    return { result, end: () => task.cancel() };
  }

  /**
   * Has the pool hand out what waits. Of a thread that has ended by itself it awaits the end, for
   * ever, before it goes on; only another task makes it look for a worker again. This one stands
   * behind all that wait, and is cancelled before its turn, so that nobody does it.
   */
  #goOn(): void {
    if (this.#pool.stats().pendingTasks > 0) this.#pool.exec("methods", []).cancel();
  }

  /** Ends all workers, at work or not. */
  async close(): Promise<void> {
    // Of a thread that has ended by itself the pool would wait for the end for ever.
    await this.#pool.terminate(true, CLOSE_MS).catch(() => []);
  }
}

/** A thread that is to end is left so long to do it by itself, which one in a run never does. */
const TERMINATE_MS = 100;
const CLOSE_MS = 5_000;

/** Whether whoever asked has ended it. */
export function isEnded(error: unknown): boolean {
  return error instanceof workerpool.Promise.CancellationError;
}

/** Why a worker has not done what it was asked for: how it ended, in a line. */
export function causeOf(error: unknown, secondsMax: number): Pick<Casualty, "what" | "message"> {
  if (isEnded(error)) {
    return { what: "hung", message: `no end after ${secondsMax} s` };
  }
  const message = error instanceof Error ? error.message : String(error);
  const [first = ""] = message.replace(/^Workerpool Worker error: /, "").split("\n");
  return { what: "died", message: first.trim() };
}

/**
 * What a worker is to run. From source, as in tests, it is code that first imports what this
 * process was told to import, and learns to read TypeScript: older Nodes' workers do neither.
 */
function scriptOf(worker: URL): { readonly script: string; readonly isCode: boolean } {
  if (!worker.pathname.endsWith(".ts")) return { script: fileURLToPath(worker), isCode: false };
  const { execArgv } = process;
  const modules = [
    ...execArgv.filter((_, i) => execArgv[i - 1] === "--import"),
    import.meta.resolve("tsx/esm/api"),
  ];
  const script = `(async () => {
    for (const name of ${JSON.stringify(modules)}) (await import(name)).register?.();
    await import(${JSON.stringify(worker)});
  })();`;
  return { script, isCode: true };
}
