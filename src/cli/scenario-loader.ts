// Loaded by the process of a verifier: finds there what the command line has found here.

import { pathToFileURL } from "node:url";
import type { ScenarioReference } from "../campaign/verify/verifier-protocol.ts";
import { findScenario } from "../scenarios/catalogue.ts";
import { UsageError } from "../sim/assert.ts";
import type { Scenario } from "../sim/scenario.ts";

/** The scenario of that name: of the catalogue, or among what a module exports. */
export async function loadScenario({ name, file }: ScenarioReference): Promise<Scenario> {
  if (file === undefined) return findScenario(name);
  const exported = Object.values(await import(pathToFileURL(file).href)).flat();
  const found = exported.find((value) => isScenario(value) && value.name === name);
  // The parse boundary: isScenario has seen it.
  if (found !== undefined) return found as Scenario;
  throw new UsageError(`scenario: expected a name that ${file} exports, got "${name}"`);
}

function isScenario(value: unknown): value is Scenario {
  return typeof value === "object" && value !== null && "name" in value && "simulate" in value;
}
