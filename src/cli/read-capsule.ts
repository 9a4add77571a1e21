import { type Capsule, originOf, parseCapsule } from "../campaign/capsule.ts";
import { loadScenarios } from "../campaign/load-scenarios.ts";
import { findScenario } from "../scenarios/catalogue.ts";
import { UsageError } from "../sim/assert.ts";
import type { Scenario } from "../sim/scenario.ts";
import { readText } from "./text-file.ts";

/** Reads a capsule that the user named, and finds its scenario; throws a UsageError. */
export async function readCapsule(
  path: string,
): Promise<{ readonly capsule: Capsule; readonly scenario: Scenario }> {
  const text = readText(path);
  const { file } = originOf(text);
  const own = file === undefined ? [] : await loadScenarios(file);
  const find = (name: string): Scenario => {
    if (file === undefined) return findScenario(name);
    const scenario = own.find((candidate) => candidate.name === name);
    if (scenario !== undefined) return scenario;
    throw new UsageError(`capsule.found.file: expected a file with "${name}", got ${file}`);
  };
  const capsule = parseCapsule(text, find);
  return { capsule, scenario: find(capsule.plan.scenario) };
}
