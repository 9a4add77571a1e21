import { fileURLToPath } from "node:url";
import { UsageError } from "../../sim/assert.ts";
import { placeOf } from "../../sim/made.ts";
import type { Plan } from "../../sim/plan.ts";
import type { Scenario } from "../../sim/scenario.ts";
import { OverBudget, planWithin } from "../budget.ts";

/**
 * The plan of a seed. Whatever the scenario throws instead is a UsageError in one line, with the
 * place where it was thrown: the scenario is at fault, and not this program. Throws OverBudget when
 * it takes more than so many real seconds.
 */
export function drawPlan(scenario: Scenario, seed: string, secondsMax: number): Plan {
  try {
    return planWithin(secondsMax, scenario, seed);
  } catch (error) {
    if (error instanceof UsageError || error instanceof OverBudget) throw error;
    const message =
      error instanceof Error ? error.message : `${JSON.stringify(error)}, which is no Error`;
    const place = placeOf(error);
    const where = place === undefined ? "" : ` (${shorten(place)})`;
    throw new UsageError(`${scenario.name}: its plan of seed "${seed}" threw: ${message}${where}`);
  }
}

function shorten(place: string): string {
  const [, url = "", position = ""] = /^(.*?)(:\d+:\d+)$/.exec(place) ?? [];
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  return `${path.replace(`${process.cwd()}/`, "")}${position}`;
}
