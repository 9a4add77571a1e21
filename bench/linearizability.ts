// `npm run bench -- --linearizability [--dump <folder>]`: the checker on histories of stated
// hardness, timed as a user calls it; the same histories as JSON lines, for other checkers.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { formatCount, formatTable } from "../src/cli/table.ts";
import type { Call } from "../src/invariants/call.ts";
import type { LinearizabilityReport } from "../src/invariants/linearizability/report.ts";
import { checkLinearizability } from "../src/invariants/linearizability.ts";
import { casRegisterModel } from "../src/invariants/models/cas-register.ts";
import { keyValueModel } from "../src/invariants/models/key-value.ts";
import { registerModel } from "../src/invariants/models/register.ts";
import { generate, type Hardness } from "./histories.ts";

interface Work {
  readonly name: string;
  readonly hardness: Omit<Hardness, "seed">;
  /** How many histories, each with a seed of its own. */
  readonly histories: number;
}

const easy = { clients: 5, keys: 1, values: 5, unanswered: 0, isStale: false };
const store = { kind: "key-value", calls: 2_000, clients: 50, keys: 10, unanswered: 0 } as const;

const WORKS: readonly Work[] = [
  {
    name: "cas-register, 100,000 calls, 5 clients",
    hardness: { ...easy, kind: "cas-register", calls: 100_000 },
    histories: 7,
  },
  {
    name: "cas-register, 30,000 calls, 10 clients",
    hardness: { ...easy, kind: "cas-register", calls: 30_000, clients: 10 },
    histories: 7,
  },
  {
    name: "register, 80 calls, 19 unanswered, 5 values",
    hardness: { ...easy, kind: "register", calls: 80, unanswered: 19 },
    histories: 1_000,
  },
  {
    name: "cas-register, 80 calls, 19 unanswered, 5 values",
    hardness: { ...easy, kind: "cas-register", calls: 80, unanswered: 19 },
    histories: 1_000,
  },
  {
    name: "the same register, one wrong read",
    hardness: { ...easy, kind: "register", calls: 80, unanswered: 19, isStale: true },
    histories: 1_000,
  },
  {
    name: "the same cas-register, one wrong read",
    hardness: { ...easy, kind: "cas-register", calls: 80, unanswered: 19, isStale: true },
    histories: 1_000,
  },
  {
    name: "register, 20,000 calls, 20 clients, no value twice",
    hardness: { ...easy, kind: "register", calls: 20_000, clients: 20, values: undefined },
    histories: 7,
  },
  {
    name: "key-value, 2,000 calls, 50 clients, 10 keys, 100 values",
    hardness: { ...store, values: 100, isStale: false },
    histories: 7,
  },
  {
    name: "the same, a stale read in each key",
    hardness: { ...store, values: 100, isStale: true },
    histories: 7,
  },
  {
    name: "the same with 10 values",
    hardness: { ...store, values: 10, isStale: true },
    histories: 7,
  },
];

interface Measured {
  readonly name: string;
  readonly verdicts: string;
  readonly ms: readonly number[];
  /** Of all threads: what the call costs where others use the machine, too. */
  readonly cpu: readonly number[];
  readonly bytes: number;
}

/** Measures every work and prints a table; with a folder, writes the histories into it. */
export function measureLinearizability(folder: string | undefined): void {
  for (const [i, work] of WORKS.entries()) if (folder !== undefined) dump(folder, i, work);
  if (folder !== undefined) return;
  const rows = WORKS.map(measure);
  console.log(
    formatTable([
      ["", "best", "median", "worst, ms", "median", "worst, CPU ms", "memory", "verdicts"],
      ...rows.map(({ name, ms, cpu, bytes, verdicts }) => {
        const shown = [...spread(ms), ...spread(cpu).slice(1)];
        return [
          name,
          ...shown.map((value) => value.toFixed(2)),
          `${formatCount(bytes)} B`,
          verdicts,
        ];
      }),
    ]),
  );
}

/** The smallest, the median, the largest. */
function spread(values: readonly number[]): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0]!, sorted[sorted.length >> 1]!, sorted.at(-1)!];
}

/**
 * Collects what making a history has left of young objects, so that no check pays for it. A full
 * collection would throw compiled code away, too.
 */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: (options: { type: "minor" }) => void = runInNewContext("gc");
  return () => collect({ type: "minor" });
}

function measure({ name, hardness, histories }: Work): Measured {
  const ms: number[] = [];
  const cpu: number[] = [];
  const collect = collector();
  const verdicts = new Map<string, number>();
  let bytes = 0;
  for (let seed = 0; seed < histories; seed++) {
    const calls = generate({ ...hardness, seed: String(seed) });
    collect();
    const before = process.memoryUsage();
    const usedBefore = process.cpuUsage();
    const began = process.hrtime.bigint();
    const report = check(calls, hardness.kind);
    ms.push(Number(process.hrtime.bigint() - began) / 1e6);
    const used = process.cpuUsage(usedBefore);
    cpu.push((used.user + used.system) / 1e3);
    const after = process.memoryUsage();
    const grown = (field: "heapUsed" | "arrayBuffers"): number => after[field] - before[field];
    bytes = Math.max(bytes, grown("heapUsed") + grown("arrayBuffers"));

    const { verdict: said, illegal } = report;
    const verdict = illegal.length > 0 ? `${said} in ${illegal.length}` : said;
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  const texts = [...verdicts].map(([verdict, count]) => `${count} ${verdict}`);
  return { name, ms, cpu, bytes, verdicts: texts.join(", ") };
}

function check(calls: readonly Call[], kind: Hardness["kind"]): LinearizabilityReport {
  switch (kind) {
    case "register":
      return checkLinearizability(calls, registerModel);
    case "cas-register":
      return checkLinearizability(calls, casRegisterModel);
    case "key-value":
      return checkLinearizability(calls, keyValueModel);
  }
}

function dump(folder: string, i: number, { hardness, histories }: Work): void {
  mkdirSync(folder, { recursive: true });
  for (let seed = 0; seed < histories; seed++) {
    const calls = generate({ ...hardness, seed: String(seed) });
    const lines = calls.map((call) => `${JSON.stringify(call)}\n`);
    writeFileSync(join(folder, `${i}-${hardness.kind}-${seed}.jsonl`), lines.join(""));
  }
}
