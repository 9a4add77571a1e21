import { availableParallelism } from "node:os";
import { join } from "node:path";
import { campaign } from "../campaign/campaign.ts";
import { type KeptFingerprints, KeptRuns, parseKeptFingerprints } from "../campaign/kept-runs.ts";
import { WorkerPool } from "../campaign/pool.ts";
import { shellWord } from "../campaign/project/shell-word.ts";
import { parseBudget, parseSpan } from "../campaign/project/span.ts";
import { outcomeOf } from "../campaign/report/outcome.ts";
import { parseReport } from "../campaign/report/parse-report.ts";
import type { CampaignReport, CampaignSum, ScenarioSource } from "../campaign/report/report.ts";
import { JUDGED_RUNS_MIN } from "../campaign/report/tally.ts";
import { type Shard, WHOLE } from "../campaign/seeds.ts";
import { UsageError } from "../sim/assert.ts";
import { parseCount, parseShard } from "./arguments.ts";
import { codeOfNow } from "./code.ts";
import { RUN_BUDGET, withConfig } from "./config.ts";
import type { ExitCode } from "./exit-code.ts";
import { FAILURES } from "./failures.ts";
import { FirstFindings, keepFailures } from "./keep-failures.ts";
import { CampaignLine } from "./progress-line.ts";
import { chooseReporters, type ReporterOptions } from "./reporters/reporters.ts";
import { resolveFamilies, resolveSources } from "./scenarios.ts";
import { checkShowable, show } from "./show.ts";
import { checkWritable, makeWritable, readText, writeText } from "./text-file.ts";
import { LOADER, WORKER } from "./worker.ts";

export interface FuzzOptions extends ReporterOptions {
  readonly seeds?: string;
  readonly from?: string;
  readonly for?: string;
  readonly jobs?: string;
  readonly shard?: string;
  readonly untilFailure?: boolean;
  readonly runBudget?: string;
  /** How long to shrink each failing plan. */
  readonly shrinkFor?: string;
  /** False: not at all. */
  readonly shrink?: boolean;
  /** A file of fingerprints, which runs must have. */
  readonly fingerprints?: string;
  /** Where to keep the report as it grows. */
  readonly report?: string;
  /** A kept report, to go on with. */
  readonly resume?: string;
}

/** What a campaign is to run, as far as reports have it. */
interface Task {
  readonly sources: readonly ScenarioSource[];
  readonly from: number;
  readonly seeds: number | undefined;
  readonly shard: Shard;
  /** The commit, without what is changed and not committed: a report may be such a file. */
  readonly code: string;
  readonly before: CampaignReport | undefined;
}

/** `stormglass fuzz [scenario…]`: a campaign over seeds. */
export async function fuzz(names: readonly string[], flags: FuzzOptions): Promise<ExitCode> {
  const options = await withConfig(flags);
  const reporters = chooseReporters(options);
  const limit = options.for === undefined ? Infinity : parseSpan(options.for, "--for");
  const jobs = parseCount(options.jobs ?? String(availableParallelism()), "--jobs", 1);
  const runBudget = parseBudget(options.runBudget ?? RUN_BUDGET, "--run-budget");
  const shrinkFor = parseSpan(options.shrinkFor ?? "60s", "--shrink-for");
  const task = await taskOf(names, options, limit);
  const runs = readFingerprints(options.fingerprints);
  const kept = options.report ?? options.resume;
  if (kept !== undefined) checkWritable(kept);
  checkShowable(reporters);
  const line = new CampaignLine(limit);
  const pool = new WorkerPool(task.sources, { worker: WORKER, loader: LOADER, jobs, runBudget });
  const interrupt = new Interrupt(() => pool.abandon());
  const saver = new Saver(kept);
  const first = new FirstFindings();
  try {
    const report = await campaign({
      scenarios: task.sources,
      ...{ from: task.from, seeds: task.seeds, shard: task.shard, code: task.code },
      untilFailure: options.untilFailure === true,
      ...(task.before === undefined ? {} : { before: task.before }),
      runner: new KeptRuns(pool, task.sources, runs),
      isOver: () => interrupt.isOver || line.seconds > limit,
      onRun: ({ finding }, { scenario: n }, sum) => {
        const found = finding && first.keep(finding, task.sources[n]!);
        if (found !== undefined) line.tell(found);
        line.show(sum);
        saver.maybeSave(sum);
      },
    });
    line.clear();
    const isUnrun = report.scenarios.every(({ ran }) => ran.length === 0);
    if (isUnrun && !interrupt.isOver) throw nothingRun(task);
    if (kept !== undefined) saver.save(report);
    const outcome = outcomeOf(report, task.sources);
    const failures = await keepFailures(
      outcome.failures,
      options.shrink === false || interrupt.isOver ? undefined : { pool, secondsMax: shrinkFor },
    );
    first.discard(failures);
    const notes = interrupt.isOver ? goOnLines(pool, task, { report, kept }) : [];
    return show({ outcome, kept: failures, isInterrupted: interrupt.isOver, notes }, reporters);
  } finally {
    interrupt.stop();
    await pool.close();
  }
}

function readFingerprints(file: string | undefined): KeptFingerprints {
  return file === undefined ? {} : parseKeptFingerprints(readText(file), file);
}

async function taskOf(
  names: readonly string[],
  options: FuzzOptions,
  limit: number,
): Promise<Task> {
  if (options.resume !== undefined) return resumed(names, options, options.resume);
  const given = options.seeds === undefined ? undefined : parseCount(options.seeds, "--seeds", 1);
  return {
    sources: await resolveFamilies(names),
    from: parseCount(options.from ?? "1", "--from", 0),
    // Without any limit, as many seeds as goals are judged by.
    seeds: given ?? (limit === Infinity ? JUDGED_RUNS_MIN : undefined),
    shard: options.shard === undefined ? WHOLE : parseShard(options.shard, "--shard"),
    code: commitOfNow(),
    before: undefined,
  };
}

/** What a kept report has left to do: it says all that the command line would. */
async function resumed(
  names: readonly string[],
  options: FuzzOptions,
  path: string,
): Promise<Task> {
  const before = parseReport(readText(path), path);
  const given = [
    ...(names.length > 0 ? ["scenarios"] : []),
    ...(["seeds", "from", "shard"] as const).filter((name) => options[name] !== undefined),
  ];
  if (given.length > 0) {
    throw new UsageError(`--resume: expected the report alone to say what to run, got ${given}`);
  }
  const { from, seeds, shard } = before;
  const sources = await resolveSources(before.scenarios);
  return { sources, from, seeds, shard, code: commitOfNow(), before };
}

function commitOfNow(): string {
  return codeOfNow().commit ?? "";
}

/** What was under way when somebody ended it, and how to go on: with a report, kept for this. */
function goOnLines(
  { interrupted }: Pick<WorkerPool, "interrupted">,
  { sources }: Task,
  { report, kept }: { readonly report: CampaignReport; readonly kept: string | undefined },
): readonly string[] {
  const names = interrupted.map(({ scenario, seed }) => {
    return `${sources[scenario]!.scenario.name}, seed ${seed}`;
  });
  const ended = `ended while under way, and to be run again: ${names.sort().join("; ")}`;
  const path = kept ?? keepInterrupted(report);
  return [
    ...(names.length === 0 ? [] : [ended]),
    ...(path === undefined ? [] : [resumeLine(path)]),
  ];
}

/** Writes the report of a campaign that was to keep none, or complains; returns its path. */
function keepInterrupted(report: CampaignReport): string | undefined {
  const path = join(FAILURES, "interrupted.json");
  try {
    makeWritable(path);
    writeText(path, `${JSON.stringify(report)}\n`);
    return path;
  } catch (error) {
    console.error(`stormglass: not kept: ${(error as Error).message}`);
    return undefined;
  }
}

/** The command that goes on with a report. */
export function resumeLine(report: string): string {
  return `go on with: npx stormglass fuzz --resume ${shellWord(report)}`;
}

function nothingRun({ shard, seeds }: Task): UsageError {
  if (shard.count > 1 && seeds !== undefined) {
    const what = `expected at most as many parts as there are schedules, got ${shard.count}`;
    return new UsageError(`--shard: ${what}`);
  }
  return new UsageError("--for: expected time for at least one schedule");
}

/** Ctrl-C ends a campaign in good order; a second one ends the program. */
class Interrupt {
  isOver = false;
  readonly #onOver: () => void;
  readonly #onSignal = (): void => {
    this.isOver = true;
    process.off("SIGINT", this.#onSignal);
    this.#onOver();
  };

  constructor(onOver: () => void) {
    this.#onOver = onOver;
    process.on("SIGINT", this.#onSignal);
  }

  stop(): void {
    process.off("SIGINT", this.#onSignal);
  }
}

/** Keeps the report while it grows, so that a campaign that is killed can go on. */
class Saver {
  readonly #path: string | undefined;
  #savedAt = performance.now();

  constructor(path: string | undefined) {
    this.#path = path;
  }

  /** Not too often: a large report takes some time to write. */
  maybeSave(sum: CampaignSum): void {
    if (this.#path === undefined || performance.now() - this.#savedAt < SAVE_EVERY_MS) return;
    this.save(sum.report);
  }

  save(report: CampaignReport): void {
    if (this.#path === undefined) return;
    writeText(this.#path, `${JSON.stringify(report)}\n`);
    this.#savedAt = performance.now();
  }
}

const SAVE_EVERY_MS = 500;
