// `npm run bench`: how fast it is, as figures of this machine and as ratios to a bare loop that is
// timed in turn with it, in the same process. The ratios are what to compare: both sides suffer
// alike from whatever else the machine does.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { formatCount, formatTable } from "../src/cli/table.ts";
import { findScenario, plan, run } from "../src/index.ts";
import { BareLoop } from "./bare-loop.ts";
import { type CampaignRow, measureOverhead, measureScaling } from "./campaigns.ts";
import { measureLinearizability } from "./linearizability.ts";
import { measureMemory } from "./memory.ts";
import { PAYMENTS, Payments } from "./payments.ts";
import { replicate } from "./replication.ts";
import { tokenSimulation } from "./tokens.ts";
import { Accounts, permute } from "./trie.ts";

/** Does some work and returns how many units of it. */
type Work = () => number;

interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly work: Work;
}

interface Row {
  readonly name: string;
  readonly unit: string;
  /** Units a second: the best round, and the median. */
  readonly best: number;
  readonly median: number;
  /** Deliveries a second of the bare loop, in its best round of the same process. */
  readonly bare: number;
  /** Best by best: units a second for each delivery a second of the bare loop. */
  readonly ratio: number;
}

const ROUNDS = 7;
const DELIVERIES = 1_000_000;

/** Runs the bare loop and a work in turn; the first round warms up and does not count. */
function measure({ name, unit, work }: Measured): Row {
  const bare: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const pair = [rateOf(runBareLoop), rateOf(work)] as const;
    if (round === 0) continue;
    bare.push(pair[0]);
    rates.push(pair[1]);
  }
  const best = Math.max(...rates);
  const bareBest = Math.max(...bare);
  return { name, unit, best, median: median(rates), bare: bareBest, ratio: best / bareBest };
}

/** Units a second. */
function rateOf(work: Work): number {
  const began = process.hrtime.bigint();
  const units = work();
  return (units * 1e9) / Number(process.hrtime.bigint() - began);
}

function runBareLoop(): number {
  new BareLoop().run(DELIVERIES);
  return DELIVERIES;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function passTokens(hosts: number, deliveries: number): number {
  const simulation = tokenSimulation(hosts);
  while (simulation.steps < deliveries) simulation.step();
  return simulation.steps;
}

function schedules(name: string): number {
  const scenario = findScenario(name);
  const seeds = 50;
  for (let seed = 1; seed <= seeds; seed++) run(scenario, plan(scenario, String(seed)));
  return seeds;
}

const UPDATES = 20_000;

/** The trie is made when the work is first done, by the process that measures it. */
function accountUpdates(): Work {
  let accounts: Accounts | undefined;
  return () => {
    accounts ??= new Accounts();
    accounts.update(UPDATES);
    return UPDATES;
  };
}

function paymentsInBlocks(): Work {
  let payments: Payments | undefined;
  return () => {
    payments ??= new Payments();
    payments.pass();
    return PAYMENTS;
  };
}

function barePermutations(): Work {
  let permutations: number | undefined;
  return () => {
    permutations ??= new Accounts().permutations(UPDATES);
    permute(permutations);
    return UPDATES;
  };
}

/** By letter, each measured in a process of its own, so that none warms up or spoils another. */
const MEASURED: Readonly<Record<string, Measured>> = {
  a: {
    name: "(a) 100 hosts, 100 messages in flight",
    unit: "events/s",
    work: () => passTokens(100, DELIVERIES),
  },
  b: {
    name: "(b) 5-node Raft, 20,000 entries",
    unit: "events/s",
    work: () => replicate({ servers: 5, entries: 20_000, isJudged: false }),
  },
  c: {
    name: "(c) the same with every invariant",
    unit: "events/s",
    work: () => replicate({ servers: 5, entries: 20_000, isJudged: true }),
  },
  d: {
    name: "(d) raft-random-failures-property",
    unit: "schedules/s",
    work: () => schedules("raft-random-failures-property"),
  },
  g: {
    name: "(g) sq-quorum-2-of-3",
    unit: "schedules/s",
    work: () => schedules("sq-quorum-2-of-3"),
  },
  h: {
    name: "(h) sq-quorum-2-of-3/weather",
    unit: "schedules/s",
    work: () => schedules("sq-quorum-2-of-3/weather"),
  },
  i: {
    name: "(i) a trie of 10,000 accounts, a root for each 100",
    unit: "updates/s",
    work: accountUpdates(),
  },
  j: {
    name: "(j) the permutations of Keccak that (i) takes",
    unit: "updates/s",
    work: barePermutations(),
  },
  k: {
    name: "(k) payments into a pool, a block, and its import",
    unit: "payments/s",
    work: paymentsInBlocks(),
  },
};

function measureApart(letter: string): Row {
  const args = [fileURLToPath(import.meta.url), "--work", letter];
  // What this program prints when it is given a letter.
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Row;
}

interface Growth {
  readonly hosts: number;
  /** Nanoseconds for what happens in the same virtual time, by n log2 n of the hosts. */
  readonly tokens: number;
  readonly raft: number;
  readonly judged: number;
}

const HOSTS = [3, 5, 11, 31, 101];
const PER_HOST = 20_000;
const ENTRIES = 500;

/** The same virtual time with more hosts: n tokens, or n servers that get the same entries. */
function growth(): Growth[] {
  // Warms up what all sizes share, so that the first one does not pay for it.
  for (const isJudged of [false, true]) replicate({ servers: 5, entries: 5_000, isJudged });
  passTokens(5, DELIVERIES);
  return HOSTS.map((hosts) => {
    const perUnit = (work: Work): number => {
      const times = Array.from({ length: 3 }, () => {
        const began = process.hrtime.bigint();
        work();
        return Number(process.hrtime.bigint() - began);
      });
      return Math.min(...times) / (hosts * Math.log2(hosts));
    };
    const raft = (isJudged: boolean): Work => {
      return () => replicate({ servers: hosts, entries: ENTRIES, isJudged });
    };
    return {
      hosts,
      tokens: perUnit(() => passTokens(hosts, hosts * PER_HOST)) / PER_HOST,
      raft: perUnit(raft(false)) / ENTRIES,
      judged: perUnit(raft(true)) / ENTRIES,
    };
  });
}

function printSpeed(rows: readonly Row[]): void {
  console.log(
    formatTable([
      ["", "best", "median", "unit", "bare loop, deliveries/s", "ratio"],
      ...rows.map(({ name, unit, best, median, bare, ratio }) => [
        name,
        formatCount(best),
        formatCount(median),
        unit,
        formatCount(bare),
        unit === "schedules/s" ? "-" : ratio.toFixed(3),
      ]),
    ]),
  );
}

function printCampaigns(rows: readonly CampaignRow[], compared: string): void {
  console.log(
    formatTable([
      ["", "schedules/s", "CPU ms a schedule", `${compared}, to the first`],
      ...rows.map(({ name, rate, cpu, ratio }) => {
        return [name, rate.toFixed(1), cpu.toFixed(2), ratio.toFixed(3)];
      }),
    ]),
  );
}

function printGrowth(growths: readonly Growth[]): void {
  console.log("ns by n log2 n, for the same virtual time: no column may rise with n");
  console.log(
    formatTable([
      ["hosts", "a token's hop", "an entry, Raft", "an entry, all invariants"],
      ...growths.map(({ hosts, tokens, raft, judged }) =>
        [hosts, tokens, raft, judged].map((value, i) => value.toFixed(i === 0 ? 0 : 1)),
      ),
    ]),
  );
}

const HELP = `npm run bench [-- <option>]

  --work <letter>  one work: a to d and g to k are speed, e is what a campaign costs over bare runs,
                   f is what a second worker brings
  --linearizability [--dump <folder>]
                   the checker, on histories of stated hardness; written as JSON lines, too
  --memory         the heap of a campaign of 100,000 schedules
  --json           as JSON`;

async function main(args: readonly string[]): Promise<void> {
  const isJson = args.includes("--json");
  const tell = (value: unknown): void => console.log(JSON.stringify(value, undefined, 2));
  if (args.includes("--help")) {
    console.log(HELP);
    return;
  }
  if (args.includes("--memory")) {
    const heap = await measureMemory();
    return isJson ? tell(heap) : console.log(formatTable(rowsOf(heap)));
  }
  if (args.includes("--linearizability")) {
    const folder = args.includes("--dump") ? args[args.indexOf("--dump") + 1] : undefined;
    return measureLinearizability(folder);
  }
  if (args.includes("--work")) return measureOne(args[args.indexOf("--work") + 1] ?? "", isJson);
  const speed = Object.keys(MEASURED).map(measureApart);
  const [overhead, scaling] = [await measureOverhead(), await measureScaling()];
  const growths = growth();
  if (isJson) return tell({ speed, overhead, scaling, growth: growths });
  printSpeed(speed);
  printCampaigns(overhead, "CPU");
  printCampaigns(scaling, "schedules/s");
  printGrowth(growths);
}

async function measureOne(letter: string, isJson: boolean): Promise<void> {
  const measured = MEASURED[letter];
  if (measured !== undefined) {
    console.log(JSON.stringify(measure(measured)));
  } else if (letter === "e" || letter === "f") {
    const rows = await (letter === "e" ? measureOverhead() : measureScaling());
    if (isJson) console.log(JSON.stringify(rows, undefined, 2));
    else printCampaigns(rows, letter === "e" ? "CPU" : "schedules/s");
  } else {
    console.error(`bench: --work: expected one of a to k, got ${letter}`);
    process.exitCode = 2;
  }
}

function rowsOf(heap: Awaited<ReturnType<typeof measureMemory>>): string[][] {
  const head = ["schedules", "heap after a collection"];
  return [
    head,
    ...heap.map(({ schedules, bytes }) => [formatCount(schedules), `${formatCount(bytes)} bytes`]),
  ];
}

await main(process.argv.slice(2));
