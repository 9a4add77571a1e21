// Spans of real time as people write them, on the command line and in a config.

import { url } from "node:inspector";
import { UsageError } from "../../sim/assert.ts";

/** A span such as `500ms`, `30s` or `10m`, as it is; throws a UsageError that names the path. */
export function checkSpan(value: unknown, path: string): string {
  if (typeof value === "string" && secondsOf(value) > 0) return value;
  const given = JSON.stringify(value);
  throw new UsageError(`${path}: expected a time such as 500ms, 30s or 10m, got ${given}`);
}

/** The seconds of such a span; throws a UsageError as well. */
export function parseSpan(text: string, path: string): number {
  return secondsOf(checkSpan(text, path));
}

/** How long one run may take: such a span, or `0` for as long as it likes. */
export function checkBudget(value: unknown, path: string): string {
  if (value === "0") return value;
  return checkSpan(value, path);
}

/** The seconds of such a budget; Infinity when it is none, or a debugger makes runs wait. */
export function parseBudget(text: string, path: string): number {
  return checkBudget(text, path) === "0" || url() !== undefined ? Infinity : secondsOf(text);
}

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600 };

/** Not a number when it is no span. */
function secondsOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  return Number(number) * (SECONDS[unit ?? ""] ?? Number.NaN);
}
