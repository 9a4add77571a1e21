import type { Call } from "../../call.ts";
import type { Model } from "../../model.ts";
import type { LockOperation } from "../../models/lock.ts";
import { type Intervals, intervalsOf } from "./intervals.ts";
import { type Pattern, pattern } from "./pattern.ts";
import { deedText } from "./words.ts";

/** The releases of a client. */
interface Releases {
  /** When each was invoked, ascending. */
  readonly begins: number[];
  /** When the first was invoked of which nobody knows when it ended. */
  open: number;
}

/**
 * The known anomalies of a lock that is held once: one held by two, and a fencing token that is no
 * larger than one before. O(n log n).
 */
export function lockPattern(
  calls: readonly Call[],
  model: Pick<Model<unknown, LockOperation>, "read">,
): Pattern | undefined {
  const operations = calls.map((call) => model.read(call));
  const intervals = intervalsOf(calls);
  const { begins, ends, byEnd } = intervals;
  const releases = releasesOf(operations, intervals);
  let next = 0;
  let held: number | undefined;
  let token: number | undefined;
  for (let call = 0; call < calls.length; call++) {
    for (; next < byEnd.length && ends[byEnd[next]!]! < begins[call]!; next++) {
      const ended = byEnd[next]!;
      if (!isTaken(operations[ended])) continue;
      if (held === undefined || begins[ended]! > begins[held]!) held = ended;
      if (tokenOf(operations[ended]) <= tokenOf(operations[token ?? -1])) continue;
      token = ended;
    }
    const operation = operations[call];
    if (!isTaken(operation) || held === undefined) continue;
    const deed = deedText(calls[call]!);
    if (token !== undefined && operation.token !== undefined) {
      const before = tokenOf(operations[token]);
      const what = `${deed} with the token ${operation.token}`;
      const first = `${deedText(calls[token]!)} with the token ${before}`;
      const sentence = `${first}, yet later ${what}`;
      if (operation.token <= before) {
        return pattern("token that does not grow", sentence, [token, call]);
      }
    }
    if (mayRelease(releases.get(calls[held]!.client), begins[held]!, ends[call]!)) continue;
    const first = deedText(calls[held]!);
    const isSame = calls[held]!.client === calls[call]!.client;
    const name = isSame ? "lock held twice" : "lock held by two";
    return pattern(name, `${first}, yet later ${deed}, with no release in between`, [held, call]);
  }
  return undefined;
}

function isTaken(
  operation: LockOperation | undefined,
): operation is LockOperation & { kind: "acquire" } {
  return operation?.kind === "acquire" && operation.isGranted === true;
}

function tokenOf(operation: LockOperation | undefined): number {
  return operation?.kind === "acquire" ? (operation.token ?? -1) : -1;
}

function releasesOf(
  operations: readonly (LockOperation | undefined)[],
  { begins, ends }: Intervals,
): Map<string, Releases> {
  const all = new Map<string, Releases>();
  for (const [call, operation] of operations.entries()) {
    if (operation?.kind !== "release" || operation.isGranted === false) continue;
    const known = all.get(operation.client) ?? { begins: [], open: Number.POSITIVE_INFINITY };
    all.set(operation.client, known);
    known.begins.push(begins[call]!);
    if (ends[call] === Number.POSITIVE_INFINITY) known.open = Math.min(known.open, begins[call]!);
  }
  return all;
}

/** Whether a client may have released between the begin of its hold and a moment. */
function mayRelease(releases: Releases | undefined, since: number, until: number): boolean {
  if (releases === undefined) return false;
  if (releases.open < until) return true;
  let low = 0;
  let high = releases.begins.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (releases.begins[middle]! > since) high = middle;
    else low = middle + 1;
  }
  return low < releases.begins.length && releases.begins[low]! < until;
}
