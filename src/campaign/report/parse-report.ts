// A report from a file: somebody may have edited it, or it is of another version.

import { UsageError } from "../../sim/assert.ts";
import {
  checkCount,
  checkJson,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
} from "../../sim/check.ts";
import { ASSERTION_KINDS } from "../../sim/evidence.ts";
import type { FaultCount } from "../../sim/faults/fault-count.ts";
import { checkViolation } from "../capsule/capsule.ts";
import { type SeedRanges, type Shard, unionOf } from "../seeds.ts";
import { VERSION } from "../version.ts";
import type { AssertionSum, BestOfSeed } from "./assertions.ts";
import { CASUALTIES, type Casualty, type Finding } from "./finding.ts";
import type { HistogramState } from "./histogram.ts";
import type { CampaignReport, ScenarioReport } from "./report.ts";
import type { TallyState } from "./tally.ts";

/** Reads a report from the text of a file; throws a UsageError that names the path. */
export function parseReport(text: string, path: string): CampaignReport {
  const fields = checkRecord(checkJson(text, path), path);
  const kind = checkOneOf(fields.kind, `${path}.kind`, ["stormglass report"]);
  const version = checkText(fields.version, `${path}.version`);
  if (version !== VERSION) {
    throw new UsageError(`${path}.version: expected ${VERSION}, as this is, got ${version}`);
  }
  return {
    kind,
    version,
    code: fields.code === "" ? "" : checkText(fields.code, `${path}.code`),
    from: checkCount(fields.from, `${path}.from`, 0),
    seeds: maybe(fields.seeds, (seeds) => checkCount(seeds, `${path}.seeds`, 1)),
    shard: shard(fields.shard, `${path}.shard`),
    scenarios: listOf(fields.scenarios, `${path}.scenarios`, scenarioReport),
    findings: listOf(fields.findings, `${path}.findings`, finding),
    casualties: listOf(fields.casualties, `${path}.casualties`, casualty),
  };
}

function shard(value: unknown, path: string): Shard {
  const fields = checkRecord(value, path, ["index", "count"]);
  const count = checkCount(fields.count, `${path}.count`, 1);
  return { index: checkCount(fields.index, `${path}.index`, 1, count), count };
}

function scenarioReport(value: unknown, path: string): ScenarioReport {
  const { scenario, file, ran, tally: sums, seconds } = checkRecord(value, path);
  return {
    scenario: checkText(scenario, `${path}.scenario`),
    file: maybe(file, (name) => checkText(name, `${path}.file`)),
    ran: ranges(ran, `${path}.ran`),
    tally: tally(sums, `${path}.tally`),
    seconds: amount(seconds, `${path}.seconds`),
  };
}

function ranges(value: unknown, path: string): SeedRanges {
  return unionOf(
    listOf(value, path, (item, at) => {
      const [from, to] = checkList(item, at);
      const first = checkCount(from, `${at}[0]`, 0);
      return [first, checkCount(to, `${at}[1]`, first)] as const;
    }),
  );
}

function tally(value: unknown, path: string): TallyState {
  const fields = checkRecord(value, path);
  const count = (name: string): number => checkCount(fields[name], `${path}.${name}`, 0);
  return {
    schedules: count("schedules"),
    events: count("events"),
    virtualTime: count("virtualTime"),
    faults: recordOf(fields.faults, `${path}.faults`, faultCount),
    emitted: recordOf(fields.emitted, `${path}.emitted`, (item, at) => checkCount(item, at, 0)),
    values: recordOf(fields.values, `${path}.values`, histogram),
    met: listOf(fields.met, `${path}.met`, (item, at) => checkCount(item, at, 0)),
    assertions: listOf(fields.assertions, `${path}.assertions`, assertion),
  };
}

function assertion(value: unknown, path: string): AssertionSum {
  const fields = checkRecord(value, path);
  const runs = checkCount(fields.runs, `${path}.runs`, 1);
  return {
    name: checkText(fields.name, `${path}.name`),
    kind: checkOneOf(fields.kind, `${path}.kind`, ASSERTION_KINDS),
    runs,
    seen: checkCount(fields.seen, `${path}.seen`, 0, runs),
    best: maybe(fields.best, (item) => best(item, `${path}.best`)),
  };
}

function best(value: unknown, path: string): BestOfSeed {
  const fields = checkRecord(value, path);
  return {
    value: amount(fields.value, `${path}.value`),
    bound: amount(fields.bound, `${path}.bound`),
    towards: checkOneOf(fields.towards, `${path}.towards`, ["up", "down"]),
    unit: checkOneOf(fields.unit, `${path}.unit`, ["number", "time"]),
    seed: checkText(fields.seed, `${path}.seed`),
  };
}

function faultCount(value: unknown, path: string): FaultCount {
  const fields = checkRecord(value, path);
  const count = (name: string): number => checkCount(fields[name], `${path}.${name}`, 0);
  const [offered, injected, effective] = ["offered", "injected", "effective"].map(count);
  return { offered: offered!, injected: injected!, effective: effective! };
}

function histogram(value: unknown, path: string): HistogramState {
  const { max, counts } = checkRecord(value, path);
  return {
    max: amount(max, `${path}.max`),
    counts: listOf(counts, `${path}.counts`, (item, at) => {
      const [bucket, count] = checkList(item, at);
      return [amount(bucket, `${at}[0]`), checkCount(count, `${at}[1]`, 1)] as const;
    }),
  };
}

function finding(value: unknown, path: string): Finding {
  const fields = checkRecord(value, path);
  const { scenario, seed, fingerprint, events, violation, difference, outside } = fields;
  return {
    scenario: checkText(scenario, `${path}.scenario`),
    seed: checkText(seed, `${path}.seed`),
    fingerprint: checkText(fingerprint, `${path}.fingerprint`),
    events: checkCount(events, `${path}.events`, 0),
    violation: maybe(violation, (item) => violationOf(item, `${path}.violation`)),
    outside: listOf(outside ?? [], `${path}.outside`, (item, at) => {
      return checkRecord(item, at) as unknown as Finding["outside"][number];
    }),
    // What differs is shown and no more: it decides nothing.
    difference: maybe(difference, (item) => {
      return checkRecord(item, `${path}.difference`) as unknown as Finding["difference"];
    }),
  };
}

function violationOf(value: unknown, path: string): NonNullable<Finding["violation"]> {
  const { host } = checkRecord(value, path);
  return {
    ...checkViolation(value, path),
    host: maybe(host, (id) => checkText(id, `${path}.host`)),
  };
}

function casualty(value: unknown, path: string): Casualty {
  const { scenario, seed, what, message } = checkRecord(value, path);
  return {
    scenario: checkText(scenario, `${path}.scenario`),
    seed: checkText(seed, `${path}.seed`),
    what: checkOneOf(what, `${path}.what`, CASUALTIES),
    message: message === "" ? "" : checkText(message, `${path}.message`),
  };
}

function maybe<Value>(value: unknown, check: (value: unknown) => Value): Value | undefined {
  return value === undefined ? undefined : check(value);
}

function listOf<Item>(
  value: unknown,
  path: string,
  check: (item: unknown, path: string) => Item,
): readonly Item[] {
  return checkList(value, path).map((item, i) => check(item, `${path}[${i}]`));
}

function recordOf<Item>(
  value: unknown,
  path: string,
  check: (item: unknown, path: string) => Item,
): Readonly<Record<string, Item>> {
  const entries = Object.entries(checkRecord(value, path));
  return Object.fromEntries(
    entries.map(([name, item]) => [name, check(item, `${path}[${JSON.stringify(name)}]`)]),
  );
}

function amount(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new UsageError(`${path}: expected a number, got ${JSON.stringify(value)}`);
}
