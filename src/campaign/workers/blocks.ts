import { type Examined, lost } from "../examine.ts";
import type { Casualty } from "../report/finding.ts";
import type { ScenarioSource } from "../report/report.ts";
import type { Turn } from "../seeds.ts";
import { BlockProgress } from "./block-progress.ts";
import { BlockQueue } from "./block-queue.ts";
import { Slots } from "./slots.ts";
import { type BlockSeed, causeOf, isEnded, type Threads, type WorkerSource } from "./threads.ts";

export interface BlocksOptions {
  readonly sources: readonly ScenarioSource[];
  /** Runs at once, in worker threads or in place of a block. */
  readonly jobs: number;
  /** Real seconds that a run may take. */
  readonly runBudget: number;
}

/** A seed that waits for its result. */
interface Job extends Turn {
  readonly asked: BlockSeed;
  /** Workers that have ended with this seed the next to begin. */
  readonly deaths: number;
  /** Undefined: nobody has run it, and now nobody will. */
  readonly resolve: (examined: Examined | undefined) => void;
}

/** A block that a worker is at. */
interface Running {
  readonly progress: BlockProgress;
  readonly end: () => void;
}

/** The longest that a timer may be set for, in milliseconds. */
const TIMEOUT_MAX = 2 ** 31 - 1;

/** Of a worker that ends before it begins a seed, nobody knows why; of a second one it is told. */
const DEATHS_MAX = 2;

/**
 * Has worker threads run seeds, a block at a time. Of a block whose worker ends, or is ended as one
 * run takes too long, the seed that was under way is reported, and others run the rest.
 */
export class Blocks {
  /** Seeds that were under way when they were ended from outside, and not because of them. */
  readonly interrupted: Turn[] = [];
  readonly #threads: Pick<Threads, "ask">;
  readonly #options: BlocksOptions;
  readonly #queue: BlockQueue<Job>;
  readonly #slots: Slots;
  readonly #running = new Set<Running>();
  #isStopped = false;
  #isToHandOut = false;

  constructor(threads: Pick<Threads, "ask">, options: BlocksOptions) {
    this.#threads = threads;
    this.#options = options;
    this.#queue = new BlockQueue(options.jobs);
    this.#slots = new Slots(options.jobs, () => this.#handOut());
  }

  /** How many seeds to ask for at once. */
  get width(): number {
    return this.#queue.width;
  }

  /** Runs a seed. Undefined: it was not begun, or it was ended. */
  examine({ scenario, seed }: Turn, isAgain: boolean): Promise<Examined | undefined> {
    const source = workerSource(this.#options.sources[scenario]!);
    return new Promise((resolve) => {
      const asked = { source, seed: String(seed), isAgain };
      this.#queue.push({ scenario, seed, asked, deaths: 0, resolve });
      this.#handOutSoon();
    });
  }

  /** Does something else in place of a block, before any further one is begun. */
  besides<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#slots.use(work);
  }

  /** Has no further seed begun: those that wait come to nothing. */
  stop(): void {
    this.#isStopped = true;
    this.#handOut();
    for (const { progress, end } of this.#running) {
      progress.stop();
      // It may have to load its code first, which can take long.
      if (progress.place < 0) end();
    }
  }

  /** Ends what is under way. */
  end(): void {
    for (const { end } of this.#running) end();
  }

  /** Once whoever asks for seeds has asked for all that it wants at once. */
  #handOutSoon(): void {
    if (this.#isToHandOut) return;
    this.#isToHandOut = true;
    queueMicrotask(() => {
      this.#isToHandOut = false;
      this.#handOut();
    });
  }

  #handOut(): void {
    if (this.#isStopped) for (const { resolve } of this.#queue.clear()) resolve(undefined);
    while (this.#slots.isFree && this.#queue.size > 0) {
      this.#slots.take();
      this.#run(this.#queue.take());
    }
  }

  async #run(block: readonly Job[]): Promise<void> {
    const progress = new BlockProgress();
    let told = 0;
    const take = (all: readonly Examined[]): void => {
      for (const examined of all) this.#take(block[told++]!, examined);
    };
    // Whatever it tells when it is ended is of no use any more.
    const on = (event: unknown): void => {
      // The only event that this method has.
      if (this.#running.has(running)) take(event as readonly Examined[]);
    };
    const args = [block.map(({ asked }) => asked), progress.buffer] as const;
    const { result, end } = this.#threads.ask("examine", args, on);
    const running = { progress, end };
    this.#running.add(running);
    const stopWatching = watch(running, this.#options.runBudget * 1_000);
    const ended = await result.then(
      (rest) => ({ rest }),
      (error: unknown) => ({ error }),
    );
    stopWatching();
    this.#running.delete(running);
    if ("error" in ended) this.#mourn(block.slice(told), progress.place - told, ended.error);
    // First of all: no worker is to wait for what this thread makes of the results.
    this.#slots.give();
    if ("error" in ended) return;
    take(ended.rest);
    for (const { resolve } of block.slice(told)) resolve(undefined);
  }

  #take({ scenario, resolve }: Job, examined: Examined): void {
    if (examined.casualty === undefined) this.#queue.learn(scenario, examined.seconds);
    resolve(examined);
  }

  /** Jobs whose worker has ended, and the place of the one that was under way if there was one. */
  #mourn(left: readonly Job[], place: number, error: unknown): void {
    const isBegun = place >= 0;
    const [job, others] = [
      left[Math.max(place, 0)],
      left.filter((_, i) => i !== Math.max(place, 0)),
    ];
    if (job === undefined) return;
    if (this.#isStopped && isEnded(error)) {
      if (isBegun) this.interrupted.push({ scenario: job.scenario, seed: job.seed });
      job.resolve(undefined);
      this.#queue.putBack(others);
      return;
    }
    const deaths = job.deaths + 1;
    if (isBegun || deaths === DEATHS_MAX) {
      job.resolve(this.#lost(job, error));
      this.#queue.putBack(others);
    } else this.#queue.putBack([{ ...job, deaths }, ...others]);
  }

  #lost({ scenario: n, seed }: Turn, error: unknown): Examined {
    const { scenario } = this.#options.sources[n]!;
    const cause = causeOf(error, this.#options.runBudget);
    const casualty: Casualty = { scenario: scenario.name, seed: String(seed), ...cause };
    return { ...lost(scenario), casualty };
  }
}

/** As a worker is told of a scenario. */
export function workerSource({ scenario, file }: ScenarioSource): WorkerSource {
  return { name: scenario.name, file };
}

/** Ends a worker whose run takes longer than so many milliseconds; returns how to watch no more. */
function watch({ progress, end }: Running, limit: number): () => void {
  if (limit === Infinity) return () => {};
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const left = progress.left(limit);
    // By then another run may be under way, with less time for it than this one has.
    if (left > 0) timer = setTimeout(look, Math.min(left, limit, TIMEOUT_MAX));
    else end();
  };
  look();
  return () => clearTimeout(timer);
}
