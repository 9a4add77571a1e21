// For threads and processes that run what the command line has found: finds it there.

import { loadScenarios } from "../campaign/project/load-scenarios.ts";
import type { ScenarioReference } from "../campaign/verify/verifier-protocol.ts";
import { findScenario } from "../scenarios/catalogue.ts";
import { UsageError } from "../sim/assert.ts";
import type { Scenario } from "../sim/scenario.ts";

/** The scenario of that name: of the catalogue, or among what a module exports. */
export async function loadScenario({ name, file }: ScenarioReference): Promise<Scenario> {
  if (file === undefined) return findScenario(name);
  const found = (await loadScenarios(file)).find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  throw new UsageError(`scenario: expected a name that ${file} exports, got "${name}"`);
}
