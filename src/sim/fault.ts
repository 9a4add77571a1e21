import { UsageError, unreachable } from "./assert.ts";
import {
  checkCount,
  checkDistinct,
  checkList,
  checkOneOf,
  checkRecord,
  checkText,
} from "./check.ts";
import type { NodeId } from "./env.ts";
import { formatTime, type Micros } from "./time.ts";

/**
 * A host by its id, or hosts by a name from the scenario's `targets`, such as `leader`: who that is
 * gets decided when the fault begins, and as long as it is nobody, the fault waits.
 */
export type Target = NodeId;

/**
 * A piece of weather: it begins at `at` and ends `lasting` later. If it waits for its target, it
 * begins and ends later, but does not reach into the calm unless it was planned to. Every subset of
 * a schedule is a legal schedule.
 */
export type Fault = { readonly at: Micros; readonly lasting: Micros } & FaultKind;

export type FaultKind =
  /** Power off: memory and what was not synced are lost (see VirtualDisk); on again at the end. */
  | { readonly kind: "crash"; readonly hosts: readonly Target[] }
  /** The process exits and the machine stays up: memory is lost, the files are not. */
  | { readonly kind: "stop"; readonly hosts: readonly Target[] }
  /** No message passes between two groups; hosts in no group reach everybody. */
  | {
      readonly kind: "partition";
      readonly groups: readonly (readonly Target[])[];
      readonly inFlight: InFlight;
    }
  /** Each of the hosts is cut off from everybody, the others on the list included. */
  | { readonly kind: "isolate"; readonly hosts: readonly Target[]; readonly inFlight: InFlight }
  /** No message passes from one of `from` to one of `to`; the way back stays open. */
  | {
      readonly kind: "oneWay";
      readonly from: readonly Target[];
      readonly to: readonly Target[];
      readonly inFlight: InFlight;
    };

/** What a cut does to messages that are under way when it begins. */
export type InFlight = "lose" | "deliver";

export const FAULT_KINDS = ["crash", "stop", "partition", "isolate", "oneWay"] as const;

/** Every target that a fault names, in order of appearance. */
export function targetsOf(fault: FaultKind): readonly Target[] {
  switch (fault.kind) {
    case "crash":
    case "stop":
    case "isolate":
      return fault.hosts;
    case "partition":
      return fault.groups.flat();
    case "oneWay":
      return [...fault.from, ...fault.to];
    default:
      return unreachable(fault);
  }
}

/** The fault in a line: `at 5 s for 2 s: partition n1 n2 | n3, messages in flight are lost`. */
export function describeFault(fault: Fault): string {
  const span = `at ${formatTime(fault.at)} for ${formatTime(fault.lasting)}`;
  return `${span}: ${describeKind(fault)}`;
}

function describeKind(fault: FaultKind): string {
  switch (fault.kind) {
    case "crash":
    case "stop":
      return `${fault.kind} ${fault.hosts.join(" ")}`;
    case "partition":
      return `partition ${fault.groups.map((group) => group.join(" ")).join(" | ")}${tail(fault)}`;
    case "isolate":
      return `isolate ${fault.hosts.join(" ")}${tail(fault)}`;
    case "oneWay":
      return `cut ${fault.from.join(" ")} -> ${fault.to.join(" ")}${tail(fault)}`;
    default:
      return unreachable(fault);
  }
}

function tail({ inFlight }: { readonly inFlight: InFlight }): string {
  return inFlight === "lose" ? ", messages in flight are lost" : "";
}

/**
 * Checks a fault that comes from outside, against the targets that exist and the end of the run.
 * Throws a UsageError that names the path.
 */
export function checkFault(
  value: unknown,
  path: string,
  targets: ReadonlySet<Target>,
  horizon: Micros,
): Fault {
  const kind = checkOneOf(checkRecord(value, path).kind, `${path}.kind`, FAULT_KINDS);
  const fields = checkRecord(value, path, ["at", "lasting", "kind", ...FIELDS[kind]]);
  const at = checkCount(fields.at, `${path}.at`, 0, horizon - 1);
  const lasting = checkCount(fields.lasting, `${path}.lasting`, 1, horizon - at);
  const list = (field: string): Target[] =>
    checkTargets(fields[field], `${path}.${field}`, targets);
  switch (kind) {
    case "crash":
    case "stop":
      return { at, lasting, kind, hosts: list("hosts") };
    case "partition": {
      const groups = checkList(fields.groups, `${path}.groups`).map((group, i) =>
        checkTargets(group, `${path}.groups[${i}]`, targets),
      );
      checkDistinct(groups.flat(), `${path}.groups`);
      return { at, lasting, kind, groups, inFlight: checkInFlight(fields.inFlight, path) };
    }
    case "isolate":
      return {
        at,
        lasting,
        kind,
        hosts: list("hosts"),
        inFlight: checkInFlight(fields.inFlight, path),
      };
    case "oneWay": {
      const inFlight = checkInFlight(fields.inFlight, path);
      return { at, lasting, kind, from: list("from"), to: list("to"), inFlight };
    }
    default:
      return unreachable(kind);
  }
}

const FIELDS: Readonly<Record<FaultKind["kind"], readonly string[]>> = {
  crash: ["hosts"],
  stop: ["hosts"],
  partition: ["groups", "inFlight"],
  isolate: ["hosts", "inFlight"],
  oneWay: ["from", "to", "inFlight"],
};

function checkTargets(value: unknown, path: string, targets: ReadonlySet<Target>): Target[] {
  const list = checkList(value, path).map((item, i) => checkTarget(item, `${path}[${i}]`, targets));
  if (list.length === 0) throw new UsageError(`${path}: expected at least one host, got none`);
  checkDistinct(list, path);
  return list;
}

function checkTarget(value: unknown, path: string, targets: ReadonlySet<Target>): Target {
  const target = checkText(value, path);
  if (targets.has(target)) return target;
  throw new UsageError(`${path}: expected one of ${[...targets].join(", ")}, got "${target}"`);
}

function checkInFlight(value: unknown, path: string): InFlight {
  return checkOneOf(value, `${path}.inFlight`, ["lose", "deliver"]);
}
