import { UsageError } from "./assert.ts";
import { checkCount, checkList, checkOneOf, checkRecord } from "./check.ts";
import { type ByzantineFault, byzantineFaults } from "./faults/byzantine.ts";
import { type ClockFault, clockFaults } from "./faults/clocks.ts";
import { type CutFault, cuts } from "./faults/cuts.ts";
import {
  type FaultDefinition,
  type FaultNames,
  FaultReader,
  type Target,
} from "./faults/definition.ts";
import { type DiskFault, diskFaults } from "./faults/disk.ts";
import { type HostFault, hostFaults } from "./faults/hosts.ts";
import { type StreamFault, streamFaults } from "./faults/streams.ts";
import { type TrafficFault, trafficFaults } from "./faults/traffic.ts";
import { formatTime, type Micros } from "./time.ts";

export type { FaultNames, Target } from "./faults/definition.ts";
export type { InFlight } from "./network/cut.ts";

/**
 * A piece of weather: it begins at `at` and ends `lasting` later. If it waits for its target, it
 * begins and ends later, but does not reach into the calm unless it was planned to. Every subset of
 * a schedule is a legal schedule.
 */
export type Fault = { readonly at: Micros; readonly lasting: Micros } & FaultKind;

export type FaultKind =
  | HostFault
  | CutFault
  | ClockFault
  | TrafficFault
  | StreamFault
  | DiskFault
  | ByzantineFault;

/** By kind, what it is. A kind of one's own file is taken out here and in {@link FaultKind}. */
const DEFINITIONS: {
  readonly [Kind in FaultKind["kind"]]: FaultDefinition<Extract<FaultKind, { kind: Kind }>>;
} = {
  ...hostFaults,
  ...cuts,
  ...clockFaults,
  ...trafficFaults,
  ...streamFaults,
  ...diskFaults,
  ...byzantineFaults,
};

// The parse boundary of the language: `keys` gives texts, and these are the names of the kinds.
export const FAULT_KINDS = Object.keys(DEFINITIONS) as readonly FaultKind["kind"][];

/** What the fault's kind is. */
export function definitionOf(fault: FaultKind): FaultDefinition<FaultKind> {
  return DEFINITIONS[fault.kind];
}

/** Every target that a fault names, in order of appearance. */
export function targetsOf(fault: FaultKind): readonly Target[] {
  return definitionOf(fault).targets(fault);
}

/** The fault in a line: `at 5 s for 2 s: partition n1 n2 | n3, messages in flight are lost`. */
export function describeFault(fault: Fault): string {
  const span = `at ${formatTime(fault.at)} for ${formatTime(fault.lasting)}`;
  return `${span}: ${describeKind(fault)}`;
}

/** The fault in words, without when. */
export function describeKind(fault: FaultKind): string {
  return definitionOf(fault).describe(fault);
}

/**
 * Checks a schedule that comes from outside, each fault by {@link checkFault}, and that no two
 * contradict each other. Throws a UsageError that names the path.
 */
export function checkFaults(
  value: unknown,
  path: string,
  names: FaultNames,
  horizon: Micros,
): readonly Fault[] {
  const faults = checkList(value, path).map((fault, i) =>
    checkFault(fault, `${path}[${i}]`, names, horizon),
  );
  checkContradictions(faults, path);
  return faults;
}

/** Refuses faults that overlap in time and set one thing to different values. O(n log n). */
function checkContradictions(faults: readonly Fault[], path: string): void {
  const settings = new Map<string, Setting[]>();
  faults.forEach((fault, number) => {
    for (const [what, value] of definitionOf(fault).sets?.(fault) ?? []) {
      const others = settings.get(what) ?? [];
      others.push({ number, value, from: fault.at, until: endOf(fault) });
      settings.set(what, others);
    }
  });
  for (const [what, inTime] of settings) {
    inTime.sort((a, b) => a.from - b.from);
    // Which of those that have begun lasts longest.
    let holder = inTime[0]!;
    for (const next of inTime) {
      if (next.from < holder.until && next.value !== holder.value) {
        const [first, second] = [holder.number, next.number].sort((a, b) => a - b);
        throw new UsageError(
          `${path}[${second}]: expected one ${what} at a time, got another from ${path}[${first}]`,
        );
      }
      if (next.until > holder.until) holder = next;
    }
  }
}

/** What one fault sets a thing to, and for how long. */
interface Setting {
  readonly number: number;
  readonly value: number;
  readonly from: Micros;
  readonly until: Micros;
}

function endOf({ at, lasting }: Fault): Micros {
  return at + lasting;
}

/**
 * Checks a fault that comes from outside, against the names that exist and the end of the run.
 * Throws a UsageError that names the path.
 */
export function checkFault(
  value: unknown,
  path: string,
  names: FaultNames,
  horizon: Micros,
): Fault {
  const fields = checkRecord(value, path);
  const kind = checkOneOf(fields.kind, `${path}.kind`, FAULT_KINDS);
  const at = checkCount(fields.at, `${path}.at`, 0, horizon - 1);
  const lasting = checkCount(fields.lasting, `${path}.lasting`, 1, horizon - at);
  const read = new FaultReader(fields, path, names);
  const body = DEFINITIONS[kind].check(read);
  read.close();
  // The definition of a kind gives the fields of that kind.
  return { at, lasting, kind, ...body } as Fault;
}
