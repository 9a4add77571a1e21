import { rmSync } from "node:fs";
import type { WorkerPool } from "../campaign/pool.ts";
import type { Failure } from "../campaign/report/failures.ts";
import type { Finding } from "../campaign/report/finding.ts";
import type { ScenarioSource } from "../campaign/report/report.ts";
import type { Shrunk } from "../campaign/shrink/shrink.ts";
import { plan, run } from "../sim/scenario.ts";
import { describeFailure, describeShrinking, pathFor, writeCapsule } from "./failure.ts";
import { describeSeeds, type KeptFailure } from "./reporters/reporter.ts";

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
 * have; without a shrinker, one of the first seed as it is. In order.
 */
export async function keepFailures(
  failures: readonly Failure[],
  shrinker: Shrinker | undefined,
): Promise<readonly KeptFailure[]> {
  const kept = await Promise.all(
    failures.map(async (failure) => {
      if (shrinker === undefined) return [keepAsItIs(failure)];
      const { shrunk, reasons } = await shrinkFirst(failure, shrinker);
      return shrunk.length === 0 ? [keepAsItIs(failure, reasons)] : keepShrunk(failure, shrunk);
    }),
  );
  return kept.flat();
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

/** A capsule for each signature; the seeds that were not shrunk are counted with the first. */
function keepShrunk(failure: Failure, all: readonly ShrunkFinding[]): readonly KeptFailure[] {
  const bySignature = new Map<string, ShrunkFinding[]>();
  for (const one of all) {
    const { id } = one.shrunk.signature;
    bySignature.set(id, [...(bySignature.get(id) ?? []), one]);
  }
  const { source } = failure;
  const rest = failure.findings.filter(
    ({ seed }) => !all.some(({ finding }) => finding.seed === seed),
  );
  return [...bySignature.values()].map((group, i) => {
    const [{ finding, shrunk }] = group as [ShrunkFinding];
    const found = { scenario: finding.scenario, seed: finding.seed, file: source.file };
    const path = pathFor(source.scenario, shrunk.signature.id);
    const capsule = writeCapsule(source.scenario, shrunk, { found, shrunk, path });
    const own = group.map((one) => one.finding);
    const known = { ...failure, findings: i === 0 ? [...own, ...rest] : own };
    const notes = [describeShrinking(shrunk), `found with ${describeSeeds(known)}`];
    const text = describeFailure(source.scenario, shrunk, capsule, notes);
    return { failure: known, signature: shrunk.signature, capsule, text };
  });
}

function keepAsItIs(failure: Failure, reasons: readonly string[] = []): KeptFailure {
  const { source, invariant, findings } = failure;
  const { seed, violation } = findings[0]!;
  const found = `found with ${describeSeeds(failure)}`;
  const notes = [...reasons.slice(0, 1).map((reason) => `not shrunk: ${reason}`), found];
  const whole = keepWhole(source, seed);
  if (whole === undefined) {
    const { name } = source.scenario;
    const lines = [`${name} broke ${invariant}, and holds here`, violation.message, ...notes];
    return { failure, signature: undefined, capsule: undefined, text: lines.join("\n  ") };
  }
  const { result, capsule } = whole;
  const text = describeFailure(source.scenario, result, capsule, notes);
  return { failure, signature: undefined, capsule, text };
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
