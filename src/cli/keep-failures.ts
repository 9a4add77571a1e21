import type { Failure } from "../campaign/failures.ts";
import type { Finding } from "../campaign/finding.ts";
import type { ScenarioSource } from "../campaign/report.ts";
import { plan, run } from "../sim/scenario.ts";
import { describeFailure, writeCapsule } from "./failure.ts";
import type { KeptFailure } from "./reporters/reporter.ts";

/** Keeps what a campaign finds at once, for whoever kills it: the first of each invariant. */
export class FirstFindings {
  readonly #known = new Set<string>();

  /** Writes the capsule of a finding and returns a line that says so, unless one was written. */
  keep({ scenario: name, seed, violation }: Finding, { scenario, file }: ScenarioSource) {
    if (violation === undefined) return undefined;
    const key = JSON.stringify([name, violation.invariant]);
    if (this.#known.has(key)) return undefined;
    this.#known.add(key);
    const path = writeCapsule(scenario, run(scenario, plan(scenario, seed)), file);
    return `${name} broke ${violation.invariant}, seed ${seed}: ${path}`;
  }
}

/** Writes a capsule for each failure, of its first seed, and describes it. */
export async function keepFailures(failures: readonly Failure[]): Promise<readonly KeptFailure[]> {
  return failures.map((failure) => {
    const { scenario, file } = failure.source;
    const result = run(scenario, plan(scenario, failure.findings[0]!.seed));
    const capsule = writeCapsule(scenario, result, file);
    return { failure, capsule, text: describeFailure(scenario, result, capsule) };
  });
}
