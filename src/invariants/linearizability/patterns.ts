import type { Call } from "../call.ts";
import type { Model } from "../model.ts";
import { fencedLockModel, lockModel } from "../models/lock.ts";
import { queueModel, strictQueueModel } from "../models/queue.ts";
import { appendsPattern } from "./patterns/appends.ts";
import { appendsViewOf } from "./patterns/appends-view.ts";
import { counterPattern } from "./patterns/counter.ts";
import { lockPattern } from "./patterns/lock.ts";
import type { Pattern } from "./patterns/pattern.ts";
import { queuePattern } from "./patterns/queue.ts";
import { registerPattern } from "./patterns/register.ts";
import { registerViewOf } from "./patterns/register-view.ts";
import { setPattern } from "./patterns/set.ts";

export type { Pattern } from "./patterns/pattern.ts";

/**
 * A known anomaly of one part of a history, if a look that takes about linear time finds one: then
 * no order explains all answers. `calls` are those that are judged, in order of invocation;
 * `leftOut` the part's other calls, which failed. Undefined says nothing, as it does of a model
 * with another name than those of this package: a model with such a name has to mean the same.
 */
export function knownPattern(
  calls: readonly Call[],
  model: Pick<Model, "name">,
  leftOut: readonly Call[] = [],
): Pattern | undefined {
  return PATTERNS[model.name]?.(calls, leftOut);
}

/** By the name of a model. */
const PATTERNS: Readonly<
  Record<string, (calls: readonly Call[], leftOut: readonly Call[]) => Pattern | undefined>
> = {
  register: valuePattern,
  "cas-register": valuePattern,
  "key-value": keyPattern,
  counter: counterPattern,
  set: setPattern,
  queue: (calls) => queuePattern(calls, queueModel),
  "queue-fail-is-empty": (calls) => queuePattern(calls, strictQueueModel),
  lock: (calls) => lockPattern(calls, lockModel),
  "fenced-lock": (calls) => lockPattern(calls, fencedLockModel),
};

/** Of one object that holds one value. */
function valuePattern(calls: readonly Call[], leftOut: readonly Call[]): Pattern | undefined {
  const view = registerViewOf(calls);
  return view && registerPattern(calls, view, leftOut);
}

/** Of one key of a store. */
function keyPattern(calls: readonly Call[], leftOut: readonly Call[]): Pattern | undefined {
  const register = registerViewOf(calls, true);
  if (register !== undefined) return registerPattern(calls, register, leftOut);
  const appends = appendsViewOf(calls);
  return appends && appendsPattern(calls, appends);
}
