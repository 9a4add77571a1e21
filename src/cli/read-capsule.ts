import { type Capsule, originOf, parseCapsule } from "../campaign/capsule/capsule.ts";
import type { Scenario } from "../sim/scenario.ts";
import { resolveSources } from "./scenarios.ts";
import { readText } from "./text-file.ts";

/** Reads a capsule that the user named, and finds its scenario; throws a UsageError. */
export async function readCapsule(
  path: string,
): Promise<{ readonly capsule: Capsule; readonly scenario: Scenario }> {
  const text = readText(path);
  const [resolved] = await resolveSources([originOf(text)]);
  const { scenario } = resolved!;
  return { capsule: parseCapsule(text, () => scenario), scenario };
}
