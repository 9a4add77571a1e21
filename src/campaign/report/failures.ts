import type { Violation } from "../../sim/invariant.ts";
import { plan } from "../../sim/scenario.ts";
import { propertyOf } from "../capsule/signature.ts";
import type { Finding } from "./finding.ts";
import type { CampaignReport, ScenarioSource } from "./report.ts";

/** All findings of a scenario that break one invariant in one way. */
export interface Failure {
  readonly source: ScenarioSource;
  readonly invariant: string;
  /** The violation's message without the names and numbers of the run. */
  readonly property: string;
  /** By rising seed, at least one. */
  readonly findings: readonly (Finding & { readonly violation: Omit<Violation, "stack"> })[];
}

/** The violations among the findings of a campaign, sorted out; in order of first finding. */
export function failuresOf(
  { findings }: Pick<CampaignReport, "findings">,
  sources: readonly ScenarioSource[],
): readonly Failure[] {
  const failures = new Map<
    string,
    Failure & { readonly findings: Failure["findings"][number][] }
  >();
  for (const finding of findings) {
    const { violation } = finding;
    const source = sources.find(({ scenario }) => scenario.name === finding.scenario);
    if (violation === undefined || source === undefined) continue;
    const { invariant } = violation;
    const property = propertyOf(plan(source.scenario, finding.seed), violation);
    const key = JSON.stringify([finding.scenario, invariant, property]);
    const failure = failures.get(key) ?? { source, invariant, property, findings: [] };
    failure.findings.push({ ...finding, violation });
    failures.set(key, failure);
  }
  return [...failures.values()];
}
