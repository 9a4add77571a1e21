import { fileURLToPath } from "node:url";
import workerpool from "workerpool";
import { assert } from "../sim/assert.ts";
import type { Plan } from "../sim/plan.ts";
import { plan } from "../sim/scenario.ts";
import { VERIFIED_BUDGETS } from "./budget.ts";
import { RECORDED_ONE_IN, type Runner, VERIFIED_ONE_IN } from "./campaign.ts";
import { type Examined, lost } from "./examine.ts";
import type { Casualty } from "./report/finding.ts";
import type { ScenarioSource } from "./report/report.ts";
import type { Turn } from "./seeds.ts";
import type { Shrunk } from "./shrink/shrink.ts";
import type { Outcome } from "./verify/in-process.ts";
import { Verifier } from "./verify/verifier.ts";
import { type Verification, verifyElsewhere } from "./verify/verify-plan.ts";

export interface PoolOptions {
  /** The module that offers {@link WorkerMethods}. */
  readonly worker: URL;
  /** The module in which the verifier's process finds scenarios: see {@link VerifierOptions}. */
  readonly loader: URL;
  /** Worker threads. */
  readonly jobs: number;
  /**
   * Real seconds that a run may take, and again when it is run twice; then its worker is ended.
   * Infinity: as long as it likes.
   */
  readonly runBudget: number;
}

/** What a worker can be asked for; each names a scenario of the catalogue, or of a module. */
export interface WorkerMethods {
  /** Runs a seed, and again if asked for; one that fails, again and recorded. */
  examine(source: WorkerSource, seed: string, isAgain: boolean): Promise<Examined>;
  /** Shrinks a failing plan, for so many real seconds at most. */
  shrink(source: WorkerSource, plan: Plan, secondsMax: number): Promise<Shrunk>;
}

/**
 * What a worker tells: that it has begun, that it runs a plan again, recorded, and that it waits
 * for what those two runs have left behind.
 */
export const BEGUN = "begun";
export const AGAIN = "again";
export const SETTLING = "settling";

/** Where a worker finds a scenario. */
export interface WorkerSource {
  readonly name: string;
  readonly file: string | undefined;
}

/**
 * Runs seeds in worker threads. A worker that dies, or whose run takes too long, is replaced, and
 * the seed reported; nothing else is lost.
 */
export class WorkerPool implements Runner {
  /** So many that no worker waits for this thread. */
  readonly width: number;
  readonly #sources: readonly ScenarioSource[];
  readonly #options: PoolOptions;
  readonly #pool: workerpool.Pool;
  /** Ends what waits for a worker, or may be ended while one is at it. */
  readonly #cancels = new Set<() => void>();
  #isAbandoned = false;
  /** As many as workers: each takes as long for a recorded run as a worker for several others. */
  readonly #verifiers: readonly Verifier[];

  constructor(sources: readonly ScenarioSource[], options: PoolOptions) {
    this.width = 4 * options.jobs;
    this.#sources = sources;
    this.#options = options;
    const secondsMax = options.runBudget * VERIFIED_BUDGETS;
    this.#verifiers = Array.from(
      { length: options.jobs },
      () => new Verifier({ loader: options.loader.href, secondsMax }),
    );
    const { script, isCode } = scriptOf(options.worker);
    this.#pool = workerpool.pool(script, {
      workerType: "thread",
      maxWorkers: options.jobs,
      workerThreadOpts: { eval: isCode },
    });
  }

  async examine(turn: Turn, n: number): Promise<Examined | undefined> {
    const examined = await this.#examineInWorker(turn, n % VERIFIED_ONE_IN === 0);
    if (examined === undefined) return undefined;
    const { finding, outcome } = examined;
    if (n % VERIFIED_ONE_IN !== 0 || finding !== undefined || outcome === undefined)
      return examined;
    // Recorded there, as no run of this process is to be slower for it.
    return this.#compareElsewhere(turn, { ...examined, outcome }, n % RECORDED_ONE_IN === 0);
  }

  /** Undefined when nobody had begun it when the pool was abandoned. */
  async #examineInWorker(
    { scenario: n, seed }: Turn,
    isAgain: boolean,
  ): Promise<Examined | undefined> {
    const { scenario } = this.#sources[n]!;
    const { runBudget } = this.#options;
    const limit = runBudget * 1_000;
    const args = [workerSource(this.#sources[n]!), String(seed), isAgain] as const;
    try {
      return await this.#ask("examine", args, limit);
    } catch (error) {
      if (error instanceof Abandoned) return undefined;
      const casualty = {
        scenario: scenario.name,
        seed: String(seed),
        ...causeOf(error, runBudget),
      };
      return { ...lost(scenario), casualty };
    }
  }

  /** The same plan in the process of the verifier, where all is other that must not matter. */
  async #compareElsewhere(
    { scenario: n, seed }: Turn,
    examined: Examined & { readonly outcome: Outcome },
    isRecorded: boolean,
  ): Promise<Examined> {
    const { scenario, file } = this.#sources[n]!;
    const { outcome } = examined;
    const compared = { ...outcome, plan: plan(scenario, String(seed)) };
    const verified = { scenario, reference: { name: scenario.name, file } };
    const verifier = leastBusy(this.#verifiers);
    const verification = verifyElsewhere(verified, compared, verifier, isRecorded);
    // A run that has an end here and none there is another run.
    const { difference, outside } = await verification.catch(notRunThere);
    if (difference === undefined && outside.length === 0) return examined;
    const { fingerprint, steps: events } = outcome;
    const base = { scenario: scenario.name, seed: String(seed), violation: undefined };
    return { ...examined, finding: { ...base, fingerprint, events, difference, outside } };
  }

  /**
   * Shrinks a failing plan. Throws an Error of one line when the worker dies, or takes much longer
   * than it may.
   */
  async shrink(source: ScenarioSource, failing: Plan, secondsMax: number): Promise<Shrunk> {
    // A worker that does not give up by itself.
    const limit = 2 * secondsMax + this.#options.runBudget;
    try {
      return await this.#ask("shrink", [workerSource(source), failing, secondsMax], limit * 1_000);
    } catch (error) {
      throw error instanceof Abandoned ? error : new Error(causeOf(error, limit).message);
    }
  }

  /**
   * Has nothing more begun: seeds that wait for a worker come to nothing, and so does whatever is
   * or would be shrunk. Runs that were begun go on.
   */
  abandon(): void {
    this.#isAbandoned = true;
    for (const cancel of [...this.#cancels]) cancel();
  }

  /** Asks a worker, and ends it when it takes too long, in milliseconds. */
  async #ask<Name extends keyof WorkerMethods>(
    method: Name,
    args: Readonly<Parameters<WorkerMethods[Name]>>,
    limit: number,
  ): Promise<Awaited<ReturnType<WorkerMethods[Name]>>> {
    let timer: NodeJS.Timeout | undefined;
    let mayEnd = true;
    const cancel = (): void => {
      if (mayEnd) task.cancel();
    };
    // The worker says when it begins: before that it may have had to load its code.
    const on = (event: unknown): void => {
      clearTimeout(timer);
      // A run that was begun counts; a plan that is half shrunk does not.
      mayEnd = method === "shrink";
      if (limit === Infinity) return;
      timer = setTimeout(() => task.cancel(), event === AGAIN ? limit * VERIFIED_BUDGETS : limit);
    };
    const task = this.#pool.exec(method, [...args], { on });
    this.#cancels.add(cancel);
    if (this.#isAbandoned) cancel();
    try {
      // What a worker gives is what its method returns.
      return (await task) as Awaited<ReturnType<WorkerMethods[Name]>>;
    } catch (error) {
      this.#goOn();
      throw this.#isAbandoned && mayEnd ? new Abandoned("interrupted") : error;
    } finally {
      clearTimeout(timer);
      this.#cancels.delete(cancel);
    }
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
    for (const verifier of this.#verifiers) verifier.close();
    // Of a thread that has ended by itself the pool would wait for the end for ever.
    await this.#pool.terminate(true, CLOSE_MS).catch(() => []);
  }
}

const CLOSE_MS = 5_000;

/** Nobody has done it, as the pool was abandoned. */
class Abandoned extends Error {
  override readonly name = "Abandoned";
}

/** The first of those that have the least to do. */
function leastBusy([first, ...others]: readonly Verifier[]): Verifier {
  assert(first !== undefined, "nobody verifies");
  return others.reduce((a, b) => (b.openCount < a.openCount ? b : a), first);
}

/** It has come to its end here: that it does not there is a difference. */
function notRunThere(why: unknown): Verification {
  const summary = (why instanceof Error ? why.message : String(why)).split("\n")[0]!;
  const between = ["plain", "in another process"] as const;
  const difference = { between, summary, first: undefined, leak: undefined };
  return { events: 0, difference, outside: [] };
}

function workerSource({ scenario, file }: ScenarioSource): WorkerSource {
  return { name: scenario.name, file };
}

function causeOf(error: unknown, runBudget: number): Pick<Casualty, "what" | "message"> {
  if (error instanceof workerpool.Promise.CancellationError) {
    return { what: "hung", message: `no end after ${runBudget} s` };
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
