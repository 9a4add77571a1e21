import { describeFault } from "../../sim/fault.ts";
import type { Plan } from "../../sim/plan.ts";
import type { PlannedOperation } from "../../sim/simulation-options.ts";
import { formatTime, type Micros } from "../../sim/time.ts";
import { formatPlain } from "../../sim/trace.ts";
import { kindOfOperation } from "./signature.ts";

/**
 * What the plan lets happen up to a time, a line each, in order of time: `at 1.5 s for 300 ms:
 * crash n1`, `at 1.6 s: c1 put {key: k1, value: a}`. Faults stand before operations of the same
 * instant.
 */
export function describeScript(
  { faults, operations }: Pick<Plan, "faults" | "operations">,
  until: Micros,
): string[] {
  const lines = [
    ...faults.map((fault) => ({ at: fault.at, line: describeFault(fault) })),
    ...operations.map((planned) => ({ at: planned.at, line: describeOperation(planned) })),
  ];
  return lines
    .filter(({ at }) => at <= until)
    .sort((a, b) => a.at - b.at)
    .map(({ line }) => line);
}

/** The operation in a line: when, who, what sort, and its fields but for its id. */
export function describeOperation({ at, client, operation }: PlannedOperation): string {
  const kind = kindOfOperation(operation);
  const { id: _, ...fields } = operation;
  const rest = Object.entries(fields).filter(([, value]) => value !== kind);
  const shown = rest.length === 0 ? "" : ` ${formatPlain(Object.fromEntries(rest))}`;
  return `at ${formatTime(at)}: ${client} ${kind}${shown}`;
}
