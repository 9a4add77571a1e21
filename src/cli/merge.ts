import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { originOf } from "../campaign/capsule/capsule.ts";
import { WorkerPool } from "../campaign/pool.ts";
import { outcomeOf } from "../campaign/report/outcome.ts";
import { parseReport } from "../campaign/report/parse-report.ts";
import { type CampaignReport, CampaignSum } from "../campaign/report/report.ts";
import { countOf as seedCountOf, seedsOf, WHOLE } from "../campaign/seeds.ts";
import { UsageError } from "../sim/assert.ts";
import { ExitCode } from "./exit-code.ts";
import { resumeLine } from "./fuzz.ts";
import { keepFailures } from "./keep-failures.ts";
import { chooseReporters, type ReporterOptions } from "./reporters/reporters.ts";
import { resolveSources } from "./scenarios.ts";
import { checkShowable, show } from "./show.ts";
import { countOf } from "./table.ts";
import { checkWritable, readText, writeText } from "./text-file.ts";
import { LOADER, WORKER } from "./worker.ts";

export interface MergeOptions extends ReporterOptions {
  readonly report?: string;
  /** False: failing plans are left as they are. */
  readonly shrink?: boolean;
}

/** As long as `fuzz` shrinks a plan when it is told nothing else. */
const SHRINK_SECONDS = 60;

/** `stormglass merge <dir>`: one report of the reports of all shards. */
export async function merge(folder: string, options: MergeOptions): Promise<ExitCode> {
  const reporters = chooseReporters(options);
  if (options.report !== undefined) checkWritable(options.report);
  checkShowable(reporters);
  const parts = reportsIn(folder);
  const { report: first } = parts[0]!;
  const sources = await resolveSources(first.scenarios);
  const sum = new CampaignSum(sources, { ...first, shard: WHOLE });
  for (const { path, report } of parts) sum.merge(report, path);
  const { report } = sum;
  if (options.report !== undefined) writeText(options.report, `${JSON.stringify(report)}\n`);
  const outcome = outcomeOf(report, sources);
  const pool = new WorkerPool(sources, {
    worker: WORKER,
    loader: LOADER,
    jobs: availableParallelism(),
    runBudget: 60,
  });
  try {
    const shrinker = options.shrink === false ? undefined : { pool, secondsMax: SHRINK_SECONDS };
    const kept = await keepFailures(outcome.failures, shrinker);
    const absent = absentOf(parts);
    const none = absent.length === 0 ? [] : [`no report of shard ${absent.join(", ")}`];
    const notes = [...none, ...unfinishedOf(parts)];
    const code = show({ outcome, kept, isInterrupted: false, notes }, reporters);
    return code === ExitCode.held && notes.length > 0 ? ExitCode.undecided : code;
  } finally {
    await pool.close();
  }
}

interface Part {
  readonly path: string;
  readonly report: CampaignReport;
}

/** Shards of which there is no report, as `3/16`; unknown when one is of merged parts. */
function absentOf(parts: readonly Part[]): readonly string[] {
  const shards = parts.map(({ report }) => report.shard);
  const { count } = shards[0]!;
  if (shards.some((shard) => shard.count !== count)) return [];
  const indices = Array.from({ length: count }, (_, i) => i + 1);
  const absent = indices.filter((n) => shards.every(({ index }) => index !== n));
  return absent.map((n) => `${n}/${count}`);
}

/** Of reports whose campaigns were ended early, a line each. */
function unfinishedOf(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(({ path, report }) => {
    const left = unrunOf(report);
    return left === 0
      ? []
      : [`${path}: not run: ${countOf(left, "schedule")}; ${resumeLine(path)}`];
  });
}

/** How many schedules of a report's part were not run; 0 if that part has no end. */
function unrunOf({ from, seeds, shard, scenarios }: CampaignReport): number {
  if (seeds === undefined) return 0;
  return scenarios.reduce((sum, { ran }, n) => {
    return sum + seedCountOf([...seedsOf({ from, seeds, shard }, n)]) - seedCountOf(ran);
  }, 0);
}

/** Whether a text is a capsule: those of a part may lie below its folder, beside its report. */
function isCapsule(text: string): boolean {
  try {
    originOf(text);
    return true;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return false;
  }
}

/** The reports of a folder by name, at least one. */
function reportsIn(folder: string): readonly Part[] {
  const names = (() => {
    try {
      return readdirSync(folder, { recursive: true, encoding: "utf8" });
    } catch (error) {
      throw new UsageError(`${folder}: expected a folder to read: ${(error as Error).message}`);
    }
  })();
  const paths = names.filter((name) => name.endsWith(".json")).sort();
  if (paths.length === 0) throw new UsageError(`${folder}: expected reports, *.json, got none`);
  const parts = paths.flatMap((name) => {
    const path = join(folder, name);
    const text = readText(path);
    return isCapsule(text) ? [] : [{ path, report: parseReport(text, path) }];
  });
  if (parts.length > 0) return parts;
  throw new UsageError(`${folder}: expected reports, got capsules only`);
}
