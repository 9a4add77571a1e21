// `npm run bench [-- --json] [-- --memory]`: how fast it is, as figures of this machine and as
// ratios to a bare loop that is timed in turn with it, in the same process. The ratios are what to
// compare: both sides suffer alike from whatever else the machine does.

import { formatCount, formatTable } from "../src/cli/table.ts";
import { findScenario, plan, run } from "../src/index.ts";
import { BareLoop } from "./bare-loop.ts";
import { measureMemory } from "./memory.ts";
import { replicate } from "./replication.ts";
import { tokenSimulation } from "./tokens.ts";

/** Does some work and returns how many units of it. */
type Work = () => number;

interface Row {
  readonly name: string;
  readonly unit: string;
  /** Units a second: the best round, and the median. */
  readonly best: number;
  readonly median: number;
  /** Best by best: units a second for each delivery a second of the bare loop. */
  readonly ratio: number;
}

const ROUNDS = 7;
const DELIVERIES = 1_000_000;

/** Runs all works in turn, round by round; the first round warms up and does not count. */
function measure(works: readonly { name: string; unit: string; work: Work }[]): Row[] {
  const rates = works.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    works.forEach(({ work }, i) => {
      const began = process.hrtime.bigint();
      const units = work();
      const seconds = Number(process.hrtime.bigint() - began) / 1e9;
      if (round > 0) rates[i]!.push(units / seconds);
    });
  }
  const bare = Math.max(...rates[0]!);
  return works.map(({ name, unit }, i) => ({
    name,
    unit,
    best: Math.max(...rates[i]!),
    median: median(rates[i]!),
    ratio: Math.max(...rates[i]!) / bare,
  }));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function passTokens(hosts: number, deliveries: number): number {
  const simulation = tokenSimulation(hosts);
  while (simulation.steps < deliveries) simulation.step();
  return simulation.steps;
}

function randomFailures(): number {
  const scenario = findScenario("raft-random-failures-property");
  const seeds = 50;
  for (let seed = 1; seed <= seeds; seed++) run(scenario, plan(scenario, String(seed)));
  return seeds;
}

const speed = (): Row[] =>
  measure([
    {
      name: "bare loop: binary heap, typed arrays",
      unit: "deliveries/s",
      work: () => {
        new BareLoop().run(DELIVERIES);
        return DELIVERIES;
      },
    },
    {
      name: "(a) 100 hosts, 100 messages in flight",
      unit: "events/s",
      work: () => passTokens(100, DELIVERIES),
    },
    {
      name: "(b) 5-node Raft, 20,000 entries",
      unit: "events/s",
      work: () => replicate({ servers: 5, entries: 20_000, isJudged: false }),
    },
    {
      name: "(c) the same with every invariant",
      unit: "events/s",
      work: () => replicate({ servers: 5, entries: 20_000, isJudged: true }),
    },
    {
      name: "(d) raft-random-failures-property",
      unit: "schedules/s",
      work: randomFailures,
    },
  ]);

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

function print(rows: readonly Row[], growths: readonly Growth[]): void {
  console.log(
    formatTable([
      ["", "best", "median", "unit", "ratio to the bare loop"],
      ...rows.map(({ name, unit, best, median, ratio }) => [
        name,
        formatCount(best),
        formatCount(median),
        unit,
        unit === "schedules/s" ? "-" : ratio.toFixed(3),
      ]),
    ]),
  );
  console.log("\nns by n log2 n, for the same virtual time: no column may rise with n");
  console.log(
    formatTable([
      ["hosts", "a token's hop", "an entry, Raft", "an entry, all invariants"],
      ...growths.map(({ hosts, tokens, raft, judged }) =>
        [hosts, tokens, raft, judged].map((value, i) => value.toFixed(i === 0 ? 0 : 1)),
      ),
    ]),
  );
}

const args = process.argv.slice(2);
const isJson = args.includes("--json");
if (args.includes("--memory")) {
  const heap = measureMemory();
  console.log(isJson ? JSON.stringify(heap, undefined, 2) : formatTable(rowsOf(heap)));
} else {
  const rows = speed();
  const growths = growth();
  if (isJson) console.log(JSON.stringify({ speed: rows, growth: growths }, undefined, 2));
  else print(rows, growths);
}

function rowsOf(heap: ReturnType<typeof measureMemory>): string[][] {
  const head = ["schedules", "heap after a collection"];
  return [
    head,
    ...heap.map(({ schedules, bytes }) => [formatCount(schedules), `${formatCount(bytes)} bytes`]),
  ];
}
