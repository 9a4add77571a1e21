import { type Arbitrary, array, oneof, tuple } from "fast-check";
import { UsageError } from "../sim/assert.ts";
import type { NodeId } from "../sim/env.ts";
import {
  definitionOf,
  FAULT_KINDS,
  type Fault,
  type FaultKind,
  type Target,
} from "../sim/fault.ts";
import type { Micros } from "../sim/time.ts";
import { bodies, isPossible } from "./fault-kinds.ts";
import { Spans } from "./spans.ts";

/** What faults are drawn for. */
export interface FaultField {
  readonly servers: readonly NodeId[];
  /** Default: none. */
  readonly clients?: readonly NodeId[];
  /** When the first begin, at the earliest. Default: 0. */
  readonly from?: Micros;
  /** By then all have ended; above `from`. To spare the calm of a plan, its `calm`. */
  readonly horizon: Micros;
  /** Default: all that are possible with so many hosts. */
  readonly kinds?: readonly FaultKind["kind"][];
  /** Names of hosts besides their ids: `leader`, or another of the scenario's `targets`. */
  readonly targets?: readonly Target[];
  /** What Byzantine hosts may do, of what the scenario declares. Default: there are none. */
  readonly behaviours?: readonly string[];
  /** Message types, for faults that concern some messages only. Default: they concern all. */
  readonly types?: readonly string[];
}

/**
 * Faults that pass the check of a plan with these hosts and that horizon, as does what they shrink
 * to: earlier, briefer, at rounder times, on fewer hosts, of the same kind. Throws a UsageError
 * when one of the kinds needs more hosts.
 */
export function faultArbitrary(field: FaultField): Arbitrary<Fault> {
  const { servers, clients = [], from = 0, horizon, targets = [], types = [] } = field;
  const { behaviours = [] } = field;
  const victims = { targets: [...servers, ...clients, ...targets], behaviours, types };
  if (behaviours.length === 0 && field.kinds?.includes("byzantine")) {
    throw new UsageError('behaviours: expected at least one for faults of kind "byzantine"');
  }
  const impossible = field.kinds?.find((kind) => !isPossible(kind, victims));
  if (impossible !== undefined || field.kinds?.length === 0) {
    const what = impossible === undefined ? "none" : `"${impossible}"`;
    const hosts = victims.targets.length;
    throw new UsageError(
      `kinds: expected kinds of faults that ${hosts} hosts can have, got ${what}`,
    );
  }
  if (!(from < horizon)) {
    throw new UsageError(`horizon: expected a time after ${from}, got ${horizon}`);
  }
  const kinds = field.kinds ?? FAULT_KINDS.filter((kind) => isPossible(kind, victims));
  const kind = oneof(...kinds.map((name) => bodies(name, victims)));
  return tuple(new Spans(from, horizon), kind).map(([span, body]) => ({ ...span, ...body }));
}

/**
 * Schedules of at most `countMax` such faults (default: 10), in order of time, no two of which
 * contradict each other. They shrink to fewer faults, and to simpler ones.
 */
export function faultsArbitrary(
  field: FaultField,
  { countMax = 10 }: { readonly countMax?: number } = {},
): Arbitrary<readonly Fault[]> {
  return array(faultArbitrary(field), { maxLength: countMax, size: "max" }).map(compatible);
}

/** In order of time, without those that contradict one that is there already. O(n²) at worst. */
export function compatible(faults: readonly Fault[]): readonly Fault[] {
  const kept: Fault[] = [];
  for (const fault of [...faults].sort((a, b) => a.at - b.at)) {
    if (!kept.some((other) => contradict(other, fault))) kept.push(fault);
  }
  return kept;
}

/** Whether two faults overlap and set one thing to different values: see `checkFaults`. */
function contradict(a: Fault, b: Fault): boolean {
  const set = settingsOf(a);
  const overlap = a.at < b.at + b.lasting && b.at < a.at + a.lasting;
  if (!overlap || set.length === 0) return false;
  const values = new Map(set);
  return settingsOf(b).some(([what, value]) => (values.get(what) ?? value) !== value);
}

function settingsOf(fault: Fault): readonly (readonly [what: string, value: number])[] {
  return definitionOf(fault).sets?.(fault) ?? [];
}
