import { type Examined, type ExamineOptions, examine } from "./examine.ts";
import { type CampaignReport, CampaignSum, type ScenarioSource } from "./report/report.ts";
import { type Shard, type Turn, turnsOf, WHOLE } from "./seeds.ts";

/** Of so many seeds of a scenario, one is run again and must be the same, the first among them. */
export const VERIFIED_ONE_IN = 20;

/**
 * Of so many, it is recorded as well, with frozen messages, which costs ten times the run. Also, a
 * recorded run makes all later ones of its thread a quarter slower, as drafts of Immer are objects
 * of another shape to code that was compiled for plain ones.
 */
export const RECORDED_ONE_IN = 200;

/**
 * How the n-th of so many seeds of a scenario, from 0 on, is run again where there is one thread
 * only. As what comes after a recorded run is slower, it is the last; if nobody knows which that
 * will be, one in RECORDED_ONE_IN.
 */
export function againOf(n: number, count?: number): ExamineOptions["again"] {
  const isRecorded = count === undefined ? (n + 1) % RECORDED_ONE_IN === 0 : n === count - 1;
  if (isRecorded) return "recorded";
  return n % VERIFIED_ONE_IN === 0 ? "plain" : undefined;
}

/** Whoever runs seeds: this thread, or a pool of workers. */
export interface Runner {
  /** How many runs to have under way; it may change as these are made. */
  readonly width: number;
  /**
   * Runs a seed of a scenario, the n-th from 0 on of so many if known, and some of them again.
   * Undefined: it was not begun, and now never will be.
   */
  examine(turn: Turn, n: number, count?: number): Promise<Examined | undefined>;
}

export interface CampaignOptions {
  readonly scenarios: readonly ScenarioSource[];
  /** The first seed; they are whole numbers, counted upwards. */
  readonly from: number;
  /** Seeds of each scenario; undefined: as many as the time allows. */
  readonly seeds: number | undefined;
  /** Default: all of it. */
  readonly shard?: Shard;
  /** The code under test, such as a commit. Default: not known. */
  readonly code?: string;
  /**
   * Whether to end with the first finding, or seed that hung, died, threw or changed: the first in
   * order, whichever was found first.
   */
  readonly untilFailure?: boolean;
  /** What was run before, and is not run again. */
  readonly before?: CampaignReport;
  readonly runner: Runner;
  /** Whether nothing further is to be begun. */
  readonly isOver: () => boolean;
  /** After each run, in order. */
  readonly onRun?: (examined: Examined, turn: Turn, sum: CampaignSum) => void;
}

/**
 * Runs seeds of scenarios, round after round, and adds up what came of them. The report depends on
 * the seeds that were run, and not on who ran them or how fast.
 */
export async function campaign(options: CampaignOptions): Promise<CampaignReport> {
  const { scenarios, from, seeds, shard = WHOLE, code = "", runner } = options;
  const sum = new CampaignSum(scenarios, { code, from, seeds, shard });
  if (options.before !== undefined) sum.merge(options.before, "report");
  const turns = turnsOf({ from, seeds, shard }, sum.ran)[Symbol.iterator]();
  let isOver = false;
  let hasFailed = false;
  const next = (): Turn | undefined => {
    isOver ||= options.isOver();
    return isOver ? undefined : turns.next().value;
  };
  const start = (turn: Turn): Promise<Examined | undefined> => {
    return runner.examine(turn, turn.seed - from, seeds);
  };
  await inOrder(
    () => runner.width,
    { next, start },
    (turn, examined) => {
      if (hasFailed || examined === undefined) return;
      sum.add(turn.scenario, turn.seed, examined);
      options.onRun?.(examined, turn, sum);
      const { finding, casualty } = examined;
      hasFailed = options.untilFailure === true && (finding ?? casualty) !== undefined;
      isOver ||= hasFailed;
    },
  );
  return sum.report;
}

interface Work<Job, Result> {
  readonly next: () => Job | undefined;
  readonly start: (job: Job) => Promise<Result>;
}

/**
 * Starts jobs as others end, so many at a time, and hands on what came of them in the order in
 * which they were started. What one throws ends it all.
 */
function inOrder<Job, Result>(
  width: () => number,
  { next, start }: Work<Job, Result>,
  onResult: (job: Job, result: Result) => void,
): Promise<void> {
  const ended = new Map<number, { readonly job: Job; readonly result: Result }>();
  let [started, underWay, handed, hasFailed] = [0, 0, 0, false];
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      hasFailed = true;
      reject(error);
    };
    const refill = (): void => {
      for (const widthNow = width(); underWay < widthNow && !hasFailed; underWay++) {
        const job = next();
        if (job === undefined) break;
        const number = started++;
        start(job)
          .then((result) => end(number, { job, result }))
          .catch(fail);
      }
      if (underWay === 0) resolve();
    };
    const end = (number: number, one: { readonly job: Job; readonly result: Result }): void => {
      underWay--;
      ended.set(number, one);
      for (let next = ended.get(handed); next !== undefined; next = ended.get(handed)) {
        ended.delete(handed++);
        onResult(next.job, next.result);
      }
      refill();
    };
    refill();
  });
}

/** Runs seeds in this thread, one by one. */
export function inThisThread(
  scenarios: readonly ScenarioSource[],
  seconds: () => number = () => 0,
): Runner {
  return {
    width: 1,
    examine: async ({ scenario, seed }, n, count) => {
      const again = againOf(n, count);
      return examine(scenarios[scenario]!.scenario, String(seed), { again, seconds });
    },
  };
}
