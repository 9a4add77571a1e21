// What a campaign costs over the bare runs of the same plans, and what a second worker brings. All
// sides of a comparison are timed in turn, round by round: whatever else the machine does, it does
// to all of them.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { campaign, inThisThread, type Runner } from "../src/campaign/campaign.ts";
import { examine } from "../src/campaign/examine.ts";
import { WorkerPool } from "../src/campaign/pool.ts";
import { LOADER, WORKER } from "../src/cli/worker.ts";
import { findScenario, plan, run, type Scenario } from "../src/index.ts";
import type { BareWork } from "./bare-process.ts";

/** What is run, and how often; the first rounds warm up and do not count. */
interface Rounds {
  readonly scenario: string;
  /** For each worker, or process; of 200 one is recorded. */
  readonly seeds: number;
  readonly warmUp: number;
  readonly counted: number;
}

/** Runs so short that whatever is done for each of them shows. */
const OF_OVERHEAD: Rounds = {
  scenario: "raft-initial-election",
  seeds: 200,
  warmUp: 7,
  counted: 7,
};

/**
 * Runs as long as most, and enough of them that the last block weighs little. Each worker, and each
 * process that verifies, compiles its code in threads of its own while it is new: for half a minute
 * one worker takes more than one core.
 */
const OF_SCALING: Rounds = {
  scenario: "raft-random-failures-property",
  seeds: 600,
  warmUp: 2,
  counted: 5,
};

/** A way to run the seeds, and what it took in the median round. */
export interface CampaignRow {
  readonly name: string;
  /** Real time, in schedules a second. */
  readonly rate: number;
  /** CPU milliseconds for a schedule, of all processes but the verifier's. */
  readonly cpu: number;
  /** Over the first row: of CPU for (e), of rates for (f); each round's ratio, its median. */
  readonly ratio: number;
}

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly schedules: number;
}

interface Way {
  readonly name: string;
  readonly time: () => Promise<Timed>;
}

/** (e): a campaign in one worker, and in this thread, each over the bare runs. */
export async function measureOverhead(): Promise<readonly CampaignRow[]> {
  const sources = [{ scenario: findScenario(OF_OVERHEAD.scenario) }];
  const { seeds } = OF_OVERHEAD;
  const bare = { name: "(e) bare runs", time: () => timeHere(seeds, runBare) };
  const of = (runner: Runner) => () => timeHere(seeds, () => campaignOf(sources, runner, seeds));
  const pool = new WorkerPool(sources, { worker: WORKER, loader: LOADER, jobs: 1, runBudget: 60 });
  try {
    const pooled = await compare("cpu", OF_OVERHEAD, [
      bare,
      { name: "    pool of one worker that verifies nothing", time: of(unverified(pool)) },
      { name: "    pool of one worker", time: of(pool) },
    ]);
    // Last: its recorded runs make all that comes after them in this thread slower.
    const here = inThisThread(sources, now);
    const [, ...alone] = await compare("cpu", OF_OVERHEAD, [
      bare,
      { name: "    this thread, and nothing verified", time: of(examining(sources[0]!.scenario)) },
      { name: "    this thread", time: of(here) },
    ]);
    return [...pooled, ...alone];
  } finally {
    await pool.close();
  }
}

function runBare(): void {
  const scenario = findScenario(OF_OVERHEAD.scenario);
  for (let seed = 1; seed <= OF_OVERHEAD.seeds; seed++) run(scenario, plan(scenario, String(seed)));
}

/** A runner that is told of no seed that it is to verify: the first of a few is one. */
function unverified(runner: Runner): Runner {
  return {
    get width() {
      return runner.width;
    },
    examine: (turn) => runner.examine(turn, 1),
  };
}

function examining(scenario: Scenario): Runner {
  const options = { again: undefined, seconds: now };
  return { width: 1, examine: async ({ seed }) => examine(scenario, String(seed), options) };
}

/** (f): one worker and two, beside one bare process and two. */
export async function measureScaling(): Promise<readonly CampaignRow[]> {
  const sources = [{ scenario: findScenario(OF_SCALING.scenario) }];
  const processes = [startBare(), startBare()];
  const poolOf = (jobs: number) =>
    new WorkerPool(sources, { worker: WORKER, loader: LOADER, jobs, runBudget: 60 });
  const pools = [poolOf(1), poolOf(2)] as const;
  const pooled = (jobs: 1 | 2) => async (): Promise<Timed> => {
    const seeds = jobs * OF_SCALING.seeds;
    return timeHere(seeds, () => campaignOf(sources, pools[jobs - 1]!, seeds));
  };
  try {
    return await compare("rate", OF_SCALING, [
      { name: "(f) one bare process", time: () => timeBare(processes.slice(1)) },
      { name: "    two bare processes", time: () => timeBare(processes) },
      { name: "    campaign, one worker", time: pooled(1) },
      { name: "    campaign, two workers", time: pooled(2) },
    ]);
  } finally {
    for (const child of processes) child.kill();
    for (const pool of pools) await pool.close();
  }
}

/** Times all ways in turn. */
async function compare(
  by: "cpu" | "rate",
  { warmUp, counted }: Rounds,
  ways: readonly Way[],
): Promise<readonly CampaignRow[]> {
  const rounds: { readonly rate: number; readonly cpu: number }[][] = [];
  for (let round = 1; round <= warmUp + counted; round++) {
    const row = [];
    for (const { time } of ways) {
      const { seconds, cpuSeconds, schedules } = await time();
      row.push({ rate: schedules / seconds, cpu: (cpuSeconds * 1_000) / schedules });
    }
    if (round > warmUp) rounds.push(row);
  }
  return ways.map(({ name }, i) => ({
    name,
    rate: median(rounds.map((row) => row[i]!.rate)),
    cpu: median(rounds.map((row) => row[i]!.cpu)),
    ratio: median(rounds.map((row) => row[i]![by] / row[0]![by])),
  }));
}

async function campaignOf(
  scenarios: Parameters<typeof inThisThread>[0],
  runner: Runner,
  seeds: number,
): Promise<void> {
  await campaign({ scenarios, from: 1, seeds, runner, isOver: () => false });
}

/** Time of this process, with all of its threads. */
async function timeHere(schedules: number, work: () => void | Promise<void>): Promise<Timed> {
  const began = now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: now() - began, cpuSeconds: (user + system) / 1e6, schedules };
}

/** Time of other processes, side by side, each with seeds of its own. */
async function timeBare(children: readonly ChildProcess[]): Promise<Timed> {
  const began = now();
  const took = await Promise.all(
    children.map(async (child, i) => {
      const { scenario, seeds } = OF_SCALING;
      child.send({ scenario, from: 1 + i * seeds, seeds } satisfies BareWork);
      const [cpuSeconds] = await once(child, "message");
      return Number(cpuSeconds);
    }),
  );
  const cpuSeconds = took.reduce((sum, one) => sum + one, 0);
  return { seconds: now() - began, cpuSeconds, schedules: children.length * OF_SCALING.seeds };
}

function startBare(): ChildProcess {
  return fork(fileURLToPath(new URL("bare-process.js", import.meta.url)));
}

function now(): number {
  return performance.now() / 1_000;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
