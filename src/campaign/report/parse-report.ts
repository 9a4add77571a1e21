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
import type { Deed, EventPlace, OutsideCall } from "../verify/account.ts";
import type { Difference } from "../verify/in-process.ts";
import type { Leak } from "../verify/locate.ts";
import { VERSION } from "../version.ts";
import type { AssertionSum, BestOfSeed } from "./assertions.ts";
import { CASUALTIES, type Casualty, type Finding, isIndeterminate } from "./finding.ts";
import type { HistogramState } from "./histogram.ts";
import type { CampaignReport, ScenarioReport } from "./report.ts";
import type { TallyState } from "./tally.ts";

/** Reads a report from the text of a file; throws a UsageError that names the path. */
export function parseReport(json: string, path: string): CampaignReport {
  const fields = checkRecord(checkJson(json, path), path);
  const kind = checkOneOf(fields.kind, `${path}.kind`, ["stormglass report"]);
  const version = checkText(fields.version, `${path}.version`);
  if (version !== VERSION) {
    throw new UsageError(`${path}.version: expected ${VERSION}, as this is, got ${version}`);
  }
  const from = checkCount(fields.from, `${path}.from`, 0);
  const seeds = maybe(fields.seeds, (count) => checkCount(count, `${path}.seeds`, 1));
  const all = [from, seeds === undefined ? undefined : from + seeds] as const;
  const scenarios = listOf(fields.scenarios, `${path}.scenarios`, (item, at) => {
    return scenarioReport(item, at, all);
  });
  return {
    kind,
    version,
    code: text(fields.code, `${path}.code`),
    from,
    seeds,
    shard: shard(fields.shard, `${path}.shard`),
    scenarios,
    findings: listOf(fields.findings, `${path}.findings`, (item, at) => {
      return finding(item, at, scenarios);
    }),
    casualties: listOf(fields.casualties, `${path}.casualties`, (item, at) => {
      return casualty(item, at, scenarios);
    }),
  };
}

/** The campaign's first seed, and the one after its last if it has an end. */
type AllSeeds = readonly [from: number, to: number | undefined];

function shard(value: unknown, path: string): Shard {
  const fields = checkRecord(value, path, ["index", "count"]);
  const count = checkCount(fields.count, `${path}.count`, 1);
  return { index: checkCount(fields.index, `${path}.index`, 1, count), count };
}

function scenarioReport(value: unknown, path: string, all: AllSeeds): ScenarioReport {
  const { scenario, file, ran, tally: sums, seconds } = checkRecord(value, path);
  return {
    scenario: checkText(scenario, `${path}.scenario`),
    file: maybe(file, (name) => checkText(name, `${path}.file`)),
    ran: ranges(ran, `${path}.ran`, all),
    tally: tally(sums, `${path}.tally`),
    seconds: amount(seconds, `${path}.seconds`),
  };
}

function ranges(value: unknown, path: string, [low, high]: AllSeeds): SeedRanges {
  return unionOf(
    listOf(value, path, (item, at) => {
      const [from, to] = checkList(item, at);
      const first = checkCount(from, `${at}[0]`, low, high);
      return [first, checkCount(to, `${at}[1]`, first, high)] as const;
    }),
  );
}

function tally(value: unknown, path: string): TallyState {
  const fields = checkRecord(value, path);
  const count = (name: string): number => checkCount(fields[name], `${path}.${name}`, 0);
  const schedules = count("schedules");
  return {
    schedules,
    events: count("events"),
    virtualTime: count("virtualTime"),
    faults: recordOf(fields.faults, `${path}.faults`, faultCount),
    emitted: recordOf(fields.emitted, `${path}.emitted`, (item, at) => checkCount(item, at, 0)),
    values: recordOf(fields.values, `${path}.values`, histogram),
    met: listOf(fields.met, `${path}.met`, (item, at) => {
      return checkCount(item, at, 0, schedules);
    }),
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
  const checked = listOf(counts, `${path}.counts`, (item, at) => {
    const [bucket, count] = checkList(item, at);
    return [amount(bucket, `${at}[0]`), checkCount(count, `${at}[1]`, 1)] as const;
  });
  if (checked.length === 0) {
    throw new UsageError(`${path}.counts: expected at least one value, got none`);
  }
  return { max: amount(max, `${path}.max`), counts: checked };
}

/** The scenario and the seed of a run that the report counts. */
function runOf(
  { scenario, seed }: Readonly<Record<string, unknown>>,
  path: string,
  scenarios: readonly ScenarioReport[],
): Pick<Finding, "scenario" | "seed"> {
  const row = scenarios.find((one) => one.scenario === scenario);
  if (row === undefined) {
    const what = "expected a scenario of the report";
    throw new UsageError(`${path}.scenario: ${what}, got ${JSON.stringify(scenario)}`);
  }
  const name = checkText(seed, `${path}.seed`);
  const isRun = row.ran.some(([from, to]) => Number(name) >= from && Number(name) < to);
  if (!isRun || !/^(0|[1-9]\d*)$/.test(name)) {
    const what = `expected a seed of which ${row.scenario} was run`;
    throw new UsageError(`${path}.seed: ${what}, got ${JSON.stringify(name)}`);
  }
  return { scenario: row.scenario, seed: name };
}

function finding(value: unknown, path: string, scenarios: readonly ScenarioReport[]): Finding {
  const fields = checkRecord(value, path);
  const { fingerprint, events, violation, difference, outside } = fields;
  const found: Finding = {
    ...runOf(fields, path, scenarios),
    fingerprint: checkText(fingerprint, `${path}.fingerprint`),
    events: checkCount(events, `${path}.events`, 0),
    violation: maybe(violation, (item) => violationOf(item, `${path}.violation`)),
    outside: listOf(outside ?? [], `${path}.outside`, outsideCall),
    difference: maybe(difference, (item) => differenceOf(item, `${path}.difference`)),
  };
  if (found.violation === undefined && !isIndeterminate(found)) {
    throw new UsageError(`${path}: expected a violation, difference or outside, got none of them`);
  }
  return found;
}

function violationOf(value: unknown, path: string): NonNullable<Finding["violation"]> {
  const { host } = checkRecord(value, path);
  return {
    ...checkViolation(value, path),
    host: maybe(host, (id) => checkText(id, `${path}.host`)),
  };
}

function differenceOf(value: unknown, path: string): Difference {
  const { between, summary, first, leak } = checkRecord(value, path);
  return {
    between: pairOf(between, `${path}.between`, checkText),
    summary: checkText(summary, `${path}.summary`),
    first: maybe(first, (item) => pairOf(item, `${path}.first`, text)),
    leak: maybe(leak, (item) => leakOf(item, `${path}.leak`)),
  };
}

function leakOf(value: unknown, path: string): Leak {
  const { place, event, kind, sides, asked } = checkRecord(value, path);
  return {
    place: placeOf(place, `${path}.place`),
    event: text(event, `${path}.event`),
    kind: checkOneOf(kind, `${path}.kind`, ["effect", "throw", "state", "event"]),
    sides: pairOf(sides, `${path}.sides`, (item, at) => {
      return { ...deed(item, at), run: checkText(checkRecord(item, at).run, `${at}.run`) };
    }),
    asked: listOf(asked, `${path}.asked`, deed),
  };
}

function deed(value: unknown, path: string): Deed {
  const fields = checkRecord(value, path);
  return {
    text: text(fields.text, `${path}.text`),
    hash: amount(fields.hash, `${path}.hash`),
    stack: text(fields.stack, `${path}.stack`),
  };
}

function outsideCall(value: unknown, path: string): OutsideCall {
  const fields = checkRecord(value, path);
  return {
    host: checkText(fields.host, `${path}.host`),
    text: text(fields.text, `${path}.text`),
    stack: text(fields.stack, `${path}.stack`),
    begunBy: maybe(fields.begunBy, (item) => placeOf(item, `${path}.begunBy`)),
  };
}

function placeOf(value: unknown, path: string): EventPlace {
  const { step, at, host, kind } = checkRecord(value, path);
  return {
    step: checkCount(step, `${path}.step`, 0),
    at: checkCount(at, `${path}.at`, 0),
    host: maybe(host, (id) => checkText(id, `${path}.host`)),
    // It is shown and no more.
    kind: checkText(kind, `${path}.kind`) as EventPlace["kind"],
  };
}

function casualty(value: unknown, path: string, scenarios: readonly ScenarioReport[]): Casualty {
  const fields = checkRecord(value, path);
  return {
    ...runOf(fields, path, scenarios),
    what: checkOneOf(fields.what, `${path}.what`, CASUALTIES),
    message: text(fields.message, `${path}.message`),
  };
}

/** A text, which may be empty. */
function text(value: unknown, path: string): string {
  return value === "" ? "" : checkText(value, path);
}

function pairOf<Item>(
  value: unknown,
  path: string,
  check: (item: unknown, path: string) => Item,
): readonly [Item, Item] {
  const [first, second] = checkList(value, path);
  return [check(first, `${path}[0]`), check(second, `${path}[1]`)];
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
