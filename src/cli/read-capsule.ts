import { type Capsule, originOf, parseCapsule } from "../campaign/capsule/capsule.ts";
import { UsageError } from "../sim/assert.ts";
import { checkJson } from "../sim/check.ts";
import type { Plan } from "../sim/plan.ts";
import type { Scenario } from "../sim/scenario.ts";
import { resolveSources } from "./scenarios.ts";
import { readText } from "./text-file.ts";

/** Reads a capsule that the user named, and finds its scenario; throws a UsageError. */
export async function readCapsule(
  path: string,
): Promise<{ readonly capsule: Capsule; readonly scenario: Scenario }> {
  const text = readText(path);
  try {
    const [resolved] = await resolveSources([originOf(text)]);
    const { scenario } = resolved!;
    return { capsule: parseCapsule(text, () => scenario), scenario };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.message.replace(/^capsule(?=[.:])/, path));
  }
}

/** Reads a plan that the user named; throws a UsageError, and says so if it is a capsule. */
export function readPlan(scenario: Scenario, path: string): Plan {
  const value = checkJson(readText(path), path);
  if (typeof value === "object" && value !== null && "kind" in value && "plan" in value) {
    throw new UsageError(`${path}: expected a plan, got a capsule: npx stormglass replay ${path}`);
  }
  return scenario.check(value);
}
