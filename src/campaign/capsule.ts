import { UsageError } from "../sim/assert.ts";
import {
  checkCount,
  checkJson,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
} from "../sim/check.ts";
import type { Violation } from "../sim/invariant.ts";
import type { Plan } from "../sim/plan.ts";
import type { Scenario } from "../sim/scenario.ts";

/** The file that a failing run leaves: the bug report, and all that its replay needs. */
export interface Capsule {
  readonly kind: "stormglass capsule";
  /** Versions of this package and of Node that made it. */
  readonly version: string;
  readonly node: string;
  /** Where the scenario is, from the working directory; undefined: in the catalogue. */
  readonly file?: string;
  readonly plan: Plan;
  readonly fingerprint: string;
  /** Events until the violation. */
  readonly events: number;
  readonly violation: Pick<Violation, "invariant" | "message" | "at" | "step">;
  readonly checkpoints: Checkpoints;
}

/** The fingerprint after every `interval` events: by these a replay finds where it parts. */
export interface Checkpoints {
  readonly interval: number;
  readonly fingerprints: readonly string[];
}

const CHECKPOINTS_MAX = 256;

/** The checkpoints of a plan's run of so many events. */
export function takeCheckpoints(scenario: Scenario, plan: Plan, events: number): Checkpoints {
  const interval = Math.max(1, Math.ceil(events / CHECKPOINTS_MAX));
  return { interval, fingerprints: fingerprintsOf(scenario, plan, interval) };
}

function fingerprintsOf(scenario: Scenario, plan: Plan, interval: number): string[] {
  const simulation = scenario.simulate(plan);
  const fingerprints: string[] = [];
  while (simulation.step(plan.horizon)) {
    if (simulation.steps % interval === 0) fingerprints.push(simulation.fingerprint);
  }
  return fingerprints;
}

/**
 * The events between which a plan's run parts from its checkpoints: after `after` events all was
 * equal, after `by` it was not. Undefined when all checkpoints are met.
 */
export function firstDivergence(
  scenario: Scenario,
  plan: Plan,
  { interval, fingerprints }: Checkpoints,
): { readonly after: number; readonly by: number } | undefined {
  const now = fingerprintsOf(scenario, plan, interval);
  const length = Math.max(now.length, fingerprints.length);
  for (let i = 0; i < length; i++) {
    if (now[i] !== fingerprints[i]) return { after: i * interval, by: (i + 1) * interval };
  }
  return undefined;
}

/** Which scenario the capsule in a text is of; throws a UsageError that names the path. */
export function scenarioOfCapsule(text: string): {
  readonly scenario: string;
  readonly file: string | undefined;
} {
  const fields = checkRecord(checkJson(text, "capsule"), "capsule");
  checkOneOf(fields.kind, "capsule.kind", ["stormglass capsule"]);
  const plan = checkRecord(fields.plan, "capsule.plan");
  const scenario = checkText(plan.scenario, "capsule.plan.scenario");
  const { file } = fields;
  return { scenario, file: file === undefined ? undefined : checkText(file, "capsule.file") };
}

/** Reads a capsule from the text of a file; throws a UsageError that names the path. */
export function parseCapsule(text: string, findScenario: (name: string) => Scenario): Capsule {
  const fields = checkRecord(checkJson(text, "capsule"), "capsule");
  const kind = checkOneOf(fields.kind, "capsule.kind", ["stormglass capsule"]);
  const { scenario } = checkRecord(fields.plan, "capsule.plan");
  const violation = checkRecord(fields.violation, "capsule.violation");
  const checkpoints = checkRecord(fields.checkpoints, "capsule.checkpoints");
  const plan = findScenario(checkText(scenario, "capsule.plan.scenario")).check(fields.plan);
  return {
    kind,
    version: checkText(fields.version, "capsule.version"),
    node: checkText(fields.node, "capsule.node"),
    ...(fields.file === undefined ? {} : { file: checkText(fields.file, "capsule.file") }),
    plan,
    fingerprint: checkFingerprint(fields.fingerprint, "capsule.fingerprint"),
    events: checkCount(fields.events, "capsule.events", 0),
    violation: {
      invariant: checkText(violation.invariant, "capsule.violation.invariant"),
      message: checkText(violation.message, "capsule.violation.message"),
      at: checkCount(violation.at, "capsule.violation.at", 0),
      step: checkCount(violation.step, "capsule.violation.step", 0),
    },
    checkpoints: {
      interval: checkCount(checkpoints.interval, "capsule.checkpoints.interval", 1),
      fingerprints: checkList(checkpoints.fingerprints, "capsule.checkpoints.fingerprints").map(
        (item, i) => checkFingerprint(item, `capsule.checkpoints.fingerprints[${i}]`),
      ),
    },
  };
}

function checkFingerprint(value: unknown, path: string): string {
  const text = checkText(value, path);
  if (/^[0-9a-f]{16}$/.test(text)) return text;
  throw new UsageError(`${path}: expected 16 hexadecimal digits, got "${text}"`);
}
