import { pathToFileURL } from "node:url";
import type { Scenario } from "../sim/scenario.ts";

/** The scenarios that a module exports. */
export async function loadScenarios(file: string): Promise<readonly Scenario[]> {
  const module: unknown = await import(pathToFileURL(file).href);
  return Object.values(module as Record<string, Scenario>);
}
