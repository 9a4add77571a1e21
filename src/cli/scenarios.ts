import type { ScenarioReport, ScenarioSource } from "../campaign/report.ts";
import { catalogue, findFamily, findScenario } from "../scenarios/catalogue.ts";

/** The scenarios of these names, with their variants; without names, all. */
export async function resolveFamilies(
  names: readonly string[],
): Promise<readonly ScenarioSource[]> {
  const family = names.length === 0 ? catalogue : names.flatMap(findFamily);
  return [...new Set(family)].map((scenario) => ({ scenario }));
}

/** The scenarios that a report is of. */
export async function resolveSources(
  scenarios: readonly Pick<ScenarioReport, "scenario" | "file">[],
): Promise<readonly ScenarioSource[]> {
  return scenarios.map(({ scenario }) => ({ scenario: findScenario(scenario) }));
}
