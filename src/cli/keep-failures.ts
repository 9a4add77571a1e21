import { rmSync } from "node:fs";
import type { WorkerPool } from "../campaign/pool.ts";
import type { Failure } from "../campaign/report/failures.ts";
import type { Finding } from "../campaign/report/finding.ts";
import type { ScenarioSource } from "../campaign/report/report.ts";
import type { Shrunk } from "../campaign/shrink/shrink.ts";
import { plan, run } from "../sim/scenario.ts";
import { describeFailure, describeShrinking, pathFor, writeCapsule } from "./failure.ts";
import { describeSeeds, type KeptFailure, type Sighting } from "./reporters/reporter.ts";

/** Keeps what a campaign finds at once, for whoever kills it: the first of each invariant. */
export class FirstFindings {
  readonly #known = new Set<string>();
  readonly #paths: string[] = [];

  /** Writes the capsule of a finding and returns a line that says so, unless one was written. */
  keep({ scenario: name, seed, violation }: Finding, source: ScenarioSource): string | undefined {
    if (violation === undefined) return undefined;
    const key = JSON.stringify([name, violation.invariant]);
    if (this.#known.has(key)) return undefined;
    this.#known.add(key);
    const path = keepWhole(source, seed)?.capsule;
    if (path !== undefined) this.#paths.push(path);
    return `${name} broke ${violation.invariant}, seed ${seed}: ${path ?? "not when run again"}`;
  }

  /** Removes those capsules that other ones stand for now. */
  discard(kept: readonly KeptFailure[]): void {
    const current = new Set(kept.map(({ capsule }) => capsule));
    for (const path of this.#paths) if (!current.has(path)) rmSync(path, { force: true });
  }
}

/** Who shrinks, and for how many real seconds a plan. */
export interface Shrinker {
  readonly pool: Pick<WorkerPool, "shrink">;
  readonly secondsMax: number;
}

/** So many seeds of a failure are shrunk: a second one may turn out to be another failure. */
const SHRUNK_SEEDS = 3;

/**
 * Shrinks each failure, the first seeds of it, and writes a capsule for each signature that they
 * have, whichever scenarios they are of; without a shrinker, one of the first seed of each failure
 * as it is. In order of what was found first.
 */
export async function keepFailures(
  failures: readonly Failure[],
  shrinker: Shrinker | undefined,
): Promise<readonly KeptFailure[]> {
  const all = await Promise.all(
    failures.map(async (failure) => {
      const none: Shrinking = { shrunk: [], reasons: [] };
      return { failure, ...(shrinker === undefined ? none : await shrinkFirst(failure, shrinker)) };
    }),
  );
  const groups = new Map<string, Group>();
  const keepers: (() => KeptFailure)[] = [];
  for (const { failure, shrunk, reasons } of all) {
    if (shrunk.length === 0) keepers.push(() => keepAsItIs(failure, reasons));
    for (const [id, seen] of sightingsOf(failure, shrunk)) {
      const group = groups.get(id);
      if (group !== undefined) group.seen.push(seen);
      else {
        const first = { ...shrunk.find((one) => one.shrunk.signature.id === id)!, seen: [seen] };
        groups.set(id, first);
        keepers.push(() => keepShrunk(first));
      }
    }
  }
  return keepers.map((keep) => keep());
}

interface ShrunkFinding {
  readonly finding: Failure["findings"][number];
  readonly shrunk: Shrunk;
}

interface Shrinking {
  readonly shrunk: readonly ShrunkFinding[];
  /** Of those that could not be shrunk, why. */
  readonly reasons: readonly string[];
}

/** What has one signature: what was found and shrunk first, and everywhere that it was seen. */
interface Group extends ShrunkFinding {
  readonly seen: Sighting[];
}

/** Shrinks the first findings. */
async function shrinkFirst(
  { source, findings }: Failure,
  { pool, secondsMax }: Shrinker,
): Promise<Shrinking> {
  const all = await Promise.all(
    findings.slice(0, SHRUNK_SEEDS).map(async (finding) => {
      const whole = plan(source.scenario, finding.seed);
      return pool.shrink(source, whole, secondsMax).then(
        (shrunk): ShrunkFinding => ({ finding, shrunk }),
        (error: Error) => error.message,
      );
    }),
  );
  return {
    shrunk: all.filter((one) => typeof one !== "string"),
    reasons: all.filter((one) => typeof one === "string"),
  };
}

/** By signature, what a failure turned out to be; the seeds not shrunk go with the first. */
function sightingsOf(
  { source, findings }: Failure,
  shrunk: readonly ShrunkFinding[],
): ReadonlyMap<string, Sighting> {
  const ids = new Map(shrunk.map((one) => [one.finding.seed, one.shrunk.signature.id]));
  const unshrunk = findings.filter(({ seed }) => !ids.has(seed));
  const sightings = new Map<string, Sighting>();
  for (const id of new Set(ids.values())) {
    const own = findings.filter(({ seed }) => ids.get(seed) === id);
    const rest = sightings.size === 0 ? unshrunk : [];
    sightings.set(id, { source, findings: own, unshrunk: rest });
  }
  return sightings;
}

function keepShrunk({ finding, shrunk, seen }: Group): KeptFailure {
  const { source } = seen[0]!;
  const { signature, plan, violation } = shrunk;
  const { scenario, seed } = finding;
  const found = { scenario, seed, at: finding.violation.at, file: source.file };
  const path = pathFor(source.scenario, signature.id);
  const capsule = writeCapsule(source.scenario, shrunk, { found, shrunk, path });
  const notes = [describeShrinking(shrunk), `found with ${describeSeeds({ seen })}`];
  const text = describeFailure(source.scenario, shrunk, { capsule, notes, found });
  const { invariant, property } = signature;
  const at = { seed: plan.seed, at: violation.at };
  return { invariant, property, seen: bySource(seen), signature, shrunk: at, capsule, text };
}

/** A scenario may have shown it in words that only shrinking has made the same. */
function bySource(seen: readonly Sighting[]): readonly Sighting[] {
  const all = new Map<ScenarioSource, Sighting>();
  for (const one of seen) {
    const before = all.get(one.source);
    all.set(one.source, before === undefined ? one : joined(before, one));
  }
  return [...all.values()];
}

function joined(a: Sighting, b: Sighting): Sighting {
  const bySeed = (all: Failure["findings"]): Failure["findings"] =>
    [...all].sort((one, other) => Number(one.seed) - Number(other.seed));
  return {
    source: a.source,
    findings: bySeed([...a.findings, ...b.findings]),
    unshrunk: bySeed([...a.unshrunk, ...b.unshrunk]),
  };
}

function keepAsItIs(failure: Failure, reasons: readonly string[]): KeptFailure {
  const { source, invariant, property, findings } = failure;
  const { seed, violation } = findings[0]!;
  const seen = [{ source, findings, unshrunk: [] }];
  const found = `found with ${describeSeeds({ seen })}`;
  const notes = [...reasons.slice(0, 1).map((reason) => `not shrunk: ${reason}`), found];
  const kept = { invariant, property, seen, signature: undefined, shrunk: undefined };
  const whole = keepWhole(source, seed);
  if (whole === undefined) {
    const { name } = source.scenario;
    const lines = [`${name} broke ${invariant}, and holds here`, violation.message, ...notes];
    return { ...kept, capsule: undefined, text: lines.join("\n  ") };
  }
  const { result, capsule } = whole;
  const text = describeFailure(source.scenario, result, { capsule, notes });
  return { ...kept, capsule, text };
}

/**
 * Writes the capsule of a seed's whole plan. Undefined when its run holds here: the code is another
 * one, or something besides the plan decides.
 */
function keepWhole({ scenario, file }: ScenarioSource, seed: string) {
  const result = run(scenario, plan(scenario, seed));
  if (result.violation === undefined) return undefined;
  const found = { scenario: scenario.name, seed, file };
  return { result, capsule: writeCapsule(scenario, result, { found }) };
}
