import { assert } from "../sim/assert.ts";
import type { Plan } from "../sim/plan.ts";
import { plan } from "../sim/scenario.ts";
import { VERIFIED_BUDGETS } from "./budget.ts";
import { RECORDED_ONE_IN, type Runner, VERIFIED_ONE_IN } from "./campaign.ts";
import type { Examined } from "./examine.ts";
import type { ScenarioSource } from "./report/report.ts";
import type { Turn } from "./seeds.ts";
import type { Shrunk } from "./shrink/shrink.ts";
import type { Outcome } from "./verify/in-process.ts";
import { Verifier } from "./verify/verifier.ts";
import { type Verification, verifyElsewhere } from "./verify/verify-plan.ts";
import { Blocks, workerSource } from "./workers/blocks.ts";
import { causeOf, Threads } from "./workers/threads.ts";

export interface PoolOptions {
  /** The module that offers WorkerMethods. */
  readonly worker: URL;
  /** The module in which the verifier's process finds scenarios: see {@link VerifierOptions}. */
  readonly loader: URL;
  /** Runs at once: in as many worker threads, or some of them in verifiers' processes. */
  readonly jobs: number;
  /**
   * Real seconds that a run may take, and again when it is run twice; then its worker is ended.
   * Infinity: as long as it likes.
   */
  readonly runBudget: number;
}

/**
 * Runs seeds in worker threads, in blocks. A worker that dies, or whose run takes too long, is
 * replaced, and the seed reported; nothing else is lost.
 */
export class WorkerPool implements Runner {
  readonly #sources: readonly ScenarioSource[];
  readonly #options: PoolOptions;
  readonly #threads: Threads;
  readonly #blocks: Blocks;
  /** End what is shrunk, or waits for that. */
  readonly #shrinkings = new Set<() => void>();
  #isAbandoned = false;
  /** Whether what is under way is to be under way no more. */
  #isCut = false;
  /** Seeds whose runs nobody has compared in time. */
  readonly #unverified: Turn[] = [];
  /** As many as workers, in whose place they run; one that is never needed is never started. */
  readonly #verifiers: readonly Verifier[];

  constructor(sources: readonly ScenarioSource[], options: PoolOptions) {
    const { worker, loader, jobs, runBudget } = options;
    this.#sources = sources;
    this.#options = options;
    this.#threads = new Threads(worker, jobs);
    this.#blocks = new Blocks(this.#threads, { sources, jobs, runBudget });
    const secondsMax = runBudget * VERIFIED_BUDGETS;
    this.#verifiers = Array.from(
      { length: jobs },
      () => new Verifier({ loader: loader.href, secondsMax }),
    );
  }

  /** So many that no worker waits for this thread. */
  get width(): number {
    return this.#blocks.width;
  }

  async examine(turn: Turn, n: number): Promise<Examined | undefined> {
    const examined = await this.#blocks.examine(turn, n % VERIFIED_ONE_IN === 0);
    if (examined === undefined) return undefined;
    const { finding, outcome } = examined;
    if (n % VERIFIED_ONE_IN !== 0 || finding !== undefined || outcome === undefined)
      return examined;
    const done = { ...examined, outcome };
    // Recorded there, as no run of this process is to be slower for it.
    const isRecorded = n % RECORDED_ONE_IN === 0;
    const compared = await this.#blocks.besides(async () =>
      this.#isCut ? done : this.#compareElsewhere(turn, done, isRecorded),
    );
    if (!this.#isCut) return compared;
    this.#unverified.push(turn);
    return undefined;
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
    const args = [workerSource(source), failing, secondsMax] as const;
    // A worker that does not give up by itself.
    const limit = 2 * secondsMax + this.#options.runBudget;
    let timer: NodeJS.Timeout | undefined;
    // The worker says when it begins: before that it may have had to load its code.
    const onBegun = (): void => {
      if (limit < Infinity) timer = setTimeout(() => asked.end(), limit * 1_000);
    };
    const asked = this.#threads.ask("shrink", args, onBegun);
    this.#shrinkings.add(asked.end);
    if (this.#isAbandoned) asked.end();
    try {
      return await asked.result;
    } catch (error) {
      throw new Error(this.#isAbandoned ? "interrupted" : causeOf(error, limit).message);
    } finally {
      clearTimeout(timer);
      this.#shrinkings.delete(asked.end);
    }
  }

  /**
   * Has nothing more begun: seeds that wait for a worker come to nothing, and so does whatever is
   * or would be shrunk. Runs that were begun have a moment to end; then they come to nothing, too,
   * and `interrupted` names them.
   */
  abandon(): void {
    this.#isAbandoned = true;
    this.#blocks.stop();
    for (const end of [...this.#shrinkings]) end();
    setTimeout(() => {
      this.#isCut = true;
      this.#blocks.end();
      for (const verifier of this.#verifiers) verifier.close();
    }, GRACE_MS).unref();
  }

  /** Seeds that were under way when all was abandoned, and for too long after it. */
  get interrupted(): readonly Turn[] {
    return [...this.#blocks.interrupted, ...this.#unverified];
  }

  /** Ends all workers, at work or not. */
  async close(): Promise<void> {
    for (const verifier of this.#verifiers) verifier.close();
    await this.#threads.close();
  }
}

/** So long a run that was begun may go on when all is abandoned: most need much less. */
const GRACE_MS = 1_000;

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
