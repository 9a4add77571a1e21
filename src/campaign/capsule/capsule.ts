import { UsageError } from "../../sim/assert.ts";
import {
  checkCount,
  checkFlag,
  checkJson,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
} from "../../sim/check.ts";
import type { Violation } from "../../sim/invariant.ts";
import type { Plan } from "../../sim/plan.ts";
import type { RunResult, Scenario } from "../../sim/scenario.ts";
import type { Micros } from "../../sim/time.ts";
import { QUIET_PARTS } from "../shrink/quiet.ts";
import { REDUCED, type Shrunk } from "../shrink/shrink.ts";
import type { Code } from "./code.ts";
import { type Signature, signatureOf } from "./signature.ts";

/** The file that a failing run leaves: the bug report, and all that its replay needs. */
export interface Capsule extends Code {
  readonly kind: "stormglass capsule";
  /** What failed; shrunk, if `shrunk` is there. */
  readonly plan: Plan;
  readonly fingerprint: string;
  /** Events until the violation. */
  readonly events: number;
  readonly violation: CapsuleViolation;
  /** By whose id failures are told apart. */
  readonly signature: Signature;
  readonly found: Origin;
  /** What shrinking did; left out when the plan is as it was found. */
  readonly shrunk?: ShrunkSummary;
  readonly checkpoints: Checkpoints;
  /** The command that replays it, from the folder in which it was written. */
  readonly replay?: string;
}

export type CapsuleViolation = Pick<Violation, "invariant" | "message" | "at" | "step">;

/** How a failure was found. */
export interface Origin {
  readonly scenario: string;
  /** The seed whose plan failed; the capsule's plan may have been shrunk to another. */
  readonly seed: string;
  /** When in its run it was broken; capsules of earlier versions do not say. */
  readonly at?: Micros | undefined;
  /** The file that has the scenario, if it is none of those that come with the package. */
  readonly file?: string | undefined;
}

/** What shrinking did, as far as a reader of the capsule wants to know. */
export type ShrunkSummary = Pick<
  Shrunk,
  "reductions" | "quiet" | "candidates" | "runs" | "reseeded" | "isCut"
>;

/** The fingerprint after every `interval` events: by these a replay finds where it parts. */
export interface Checkpoints {
  readonly interval: number;
  readonly fingerprints: readonly string[];
}

/** What a capsule is made of besides the failing run. */
export interface CapsuleParts {
  readonly code: Code;
  readonly found: Origin;
  readonly shrunk?: ShrunkSummary | undefined;
  /** Where it will be written, for the command that replays it. */
  readonly path?: string;
}

const CHECKPOINTS_MAX = 256;

/** The capsule of a failing run; throws a RangeError when the run has held. */
export function makeCapsule(
  scenario: Scenario,
  { plan, fingerprint, steps, violation }: RunSummary,
  { code, found, shrunk, path }: CapsuleParts,
): Capsule {
  if (violation === undefined) throw new RangeError("only a failing run leaves a capsule");
  const { invariant, message, at, step } = violation;
  return {
    kind: "stormglass capsule",
    ...code,
    found,
    signature: signatureOf(plan, violation),
    violation: { invariant, message, at, step },
    ...(path === undefined ? {} : { replay: `npx stormglass replay ${path}` }),
    ...(shrunk === undefined ? {} : { shrunk: summaryOf(shrunk) }),
    plan,
    fingerprint,
    events: steps,
    checkpoints: takeCheckpoints(scenario, plan, steps),
  };
}

/** Of a run's result what its capsule keeps. */
export type RunSummary = Pick<RunResult, "plan" | "fingerprint" | "steps" | "violation">;

function summaryOf(shrunk: ShrunkSummary): ShrunkSummary {
  const { reductions, quiet, candidates, runs, reseeded, isCut } = shrunk;
  return { reductions, quiet, candidates, runs, reseeded, isCut };
}

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

/**
 * Reads a capsule from the text of a file; throws a UsageError that names the path. The scenario is
 * asked for by its name and, if it is none of the package's, by the file that has it.
 */
export function parseCapsule(
  text: string,
  findScenario: (name: string, file: string | undefined) => Scenario,
): Capsule {
  const fields = checkRecord(checkJson(text, "capsule"), "capsule");
  const kind = checkOneOf(fields.kind, "capsule.kind", ["stormglass capsule"]);
  const { scenario, seed } = checkRecord(fields.plan, "capsule.plan");
  const name = checkText(scenario, "capsule.plan.scenario");
  // Capsules of earlier versions have none of what is optional here.
  const found = checkOrigin(fields.found ?? { scenario: name, seed }, "capsule.found");
  const violation = checkViolation(fields.violation, "capsule.violation");
  const code = checkCode(fields, "capsule");
  const plan = findScenario(name, found.file).check(fields.plan);
  return {
    kind,
    ...code,
    found,
    signature:
      fields.signature === undefined
        ? signatureOf(plan, violation)
        : checkSignature(fields.signature, "capsule.signature"),
    violation,
    ...(fields.replay === undefined ? {} : { replay: checkText(fields.replay, "capsule.replay") }),
    ...(fields.shrunk === undefined
      ? {}
      : { shrunk: checkShrunk(fields.shrunk, "capsule.shrunk") }),
    plan,
    fingerprint: checkFingerprint(fields.fingerprint, "capsule.fingerprint"),
    events: checkCount(fields.events, "capsule.events", 0),
    checkpoints: checkCheckpoints(fields.checkpoints, "capsule.checkpoints"),
  };
}

/** How the failure in the text of a capsule's file was found; throws a UsageError. */
export function originOf(text: string): Origin {
  const fields = checkRecord(checkJson(text, "capsule"), "capsule");
  checkOneOf(fields.kind, "capsule.kind", ["stormglass capsule"]);
  const { scenario, seed } = checkRecord(fields.plan, "capsule.plan");
  return checkOrigin(fields.found ?? { scenario, seed }, "capsule.found");
}

function checkCode(fields: Readonly<Record<string, unknown>>, path: string): Code {
  const { commit, isDirty } = fields;
  return {
    version: checkText(fields.version, `${path}.version`),
    node: checkText(fields.node, `${path}.node`),
    ...(commit === undefined ? {} : { commit: checkText(commit, `${path}.commit`) }),
    ...(isDirty === undefined ? {} : { isDirty: checkFlag(isDirty, `${path}.isDirty`) }),
  };
}

function checkOrigin(value: unknown, path: string): Origin {
  const fields = checkRecord(value, path, ["scenario", "seed", "at", "file"]);
  const { scenario, seed, at, file } = fields;
  return {
    scenario: checkText(scenario, `${path}.scenario`),
    seed: checkText(seed, `${path}.seed`),
    ...(at === undefined ? {} : { at: checkCount(at, `${path}.at`, 0) }),
    ...(file === undefined ? {} : { file: checkText(file, `${path}.file`) }),
  };
}

/** Of a capsule or a report what was broken; throws a UsageError that names the path. */
export function checkViolation(value: unknown, path: string): CapsuleViolation {
  const { invariant, message, at, step } = checkRecord(value, path);
  return {
    invariant: checkText(invariant, `${path}.invariant`),
    message: checkText(message, `${path}.message`),
    at: checkCount(at, `${path}.at`, 0),
    step: checkCount(step, `${path}.step`, 0),
  };
}

function checkSignature(value: unknown, path: string): Signature {
  const fields = checkRecord(value, path, ["id", "scenario", "invariant", "property", "shape"]);
  const id = checkText(fields.id, `${path}.id`);
  if (!/^[0-9a-f]{8}$/.test(id)) {
    throw new UsageError(`${path}.id: expected 8 hexadecimal digits, got "${id}"`);
  }
  return {
    id,
    scenario: checkText(fields.scenario, `${path}.scenario`),
    invariant: checkText(fields.invariant, `${path}.invariant`),
    property: checkText(fields.property, `${path}.property`),
    shape: checkText(fields.shape, `${path}.shape`),
  };
}

function checkShrunk(value: unknown, path: string): ShrunkSummary {
  const fields = checkRecord(value, path);
  const count = (field: string): number => checkCount(fields[field], `${path}.${field}`, 0);
  return {
    reductions: checkList(fields.reductions, `${path}.reductions`).map((item, i) => {
      const place = `${path}.reductions[${i}]`;
      const { what, from, to } = checkRecord(item, place, ["what", "from", "to"]);
      return {
        what: checkOneOf(what, `${place}.what`, REDUCED),
        from: checkAmount(from, `${place}.from`),
        to: checkAmount(to, `${place}.to`),
      };
    }),
    quiet: checkList(fields.quiet, `${path}.quiet`).map((part, i) =>
      checkOneOf(part, `${path}.quiet[${i}]`, QUIET_PARTS),
    ),
    candidates: count("candidates"),
    runs: count("runs"),
    reseeded: count("reseeded"),
    isCut: checkFlag(fields.isCut, `${path}.isCut`),
  };
}

function checkCheckpoints(value: unknown, path: string): Checkpoints {
  const { interval, fingerprints } = checkRecord(value, path);
  return {
    interval: checkCount(interval, `${path}.interval`, 1),
    fingerprints: checkList(fingerprints, `${path}.fingerprints`).map((item, i) =>
      checkFingerprint(item, `${path}.fingerprints[${i}]`),
    ),
  };
}

/** Seconds may have a fraction. */
function checkAmount(value: unknown, path: string): number {
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw new UsageError(`${path}: expected a number of at least 0, got ${String(value)}`);
}

function checkFingerprint(value: unknown, path: string): string {
  const text = checkText(value, path);
  if (/^[0-9a-f]{16}$/.test(text)) return text;
  throw new UsageError(`${path}: expected 16 hexadecimal digits, got "${text}"`);
}
