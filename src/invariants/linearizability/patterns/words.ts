// How sentences about calls are worded. Places in brackets are those of the history, from the
// invocation to the return: lines, when it came from a file.

import type { Plain } from "../../../sim/env.ts";
import type { Call } from "../../call.ts";

/** The most characters of a value that are shown. */
const SHOWN_MAX = 60;

/** A value as text: JSON, `nothing` for undefined and null, its middle left out when it is long. */
export function valueText(value: Plain): string {
  if (value === undefined || value === null) return "nothing";
  const text = JSON.stringify(value, plainOf);
  if (text.length <= SHOWN_MAX) return text;
  const half = SHOWN_MAX / 2 - 2;
  return `${text.slice(0, half)}...${text.slice(-half)}`;
}

/** Where a call stands in its history: `[12-15]`, or `[12-]` when nobody knows when it ended. */
export function placeText({ invoked, returned, outcome }: Call): string {
  return outcome === "info" ? `[${invoked}-]` : `[${invoked}-${returned ?? ""}]`;
}

/** What a call did, in the past tense, with its client and its place: `c1 wrote 2 [12-15]`. */
export function deedText(call: Call): string {
  const { client, f, value, outcome, result } = call;
  const place = placeText(call);
  if (f === "cas") return `${client} ${casText(call)} ${place}`;
  const verb = (VERBS[f] ?? [f, f])[outcome === "info" ? 1 : 0]!;
  if (READS.includes(f) && outcome !== "info")
    return `${client} ${verb} ${valueText(result)} ${place}`;
  const object = value === undefined || value === null ? "" : ` ${valueText(value)}`;
  return `${client} ${verb}${object} ${place}`;
}

const READS: readonly string[] = ["read", "get", "dequeue", "peek", "drain"];

/** By operation: what was done, and what was tried when nobody knows. */
const VERBS: Readonly<Record<string, readonly [done: string, tried: string]>> = {
  read: ["read", "tried to read"],
  get: ["read", "tried to read"],
  write: ["wrote", "tried to write"],
  put: ["wrote", "tried to write"],
  delete: ["deleted the value", "tried to delete the value"],
  append: ["appended", "tried to append"],
  add: ["added", "tried to add"],
  increment: ["incremented", "tried to increment"],
  decrement: ["decremented", "tried to decrement"],
  contains: ["looked for", "tried to look for"],
  peek: ["saw at the front", "tried to look at the front"],
  drain: ["drained", "tried to drain"],
  remove: ["removed", "tried to remove"],
  enqueue: ["enqueued", "tried to enqueue"],
  dequeue: ["dequeued", "tried to dequeue"],
  acquire: ["acquired the lock", "tried to acquire the lock"],
  release: ["released the lock", "tried to release the lock"],
};

function casText({ value, outcome, result }: Call): string {
  const [from, to] = Array.isArray(value) ? value : [value, undefined];
  const change = `${valueText(from)} to ${valueText(to)}`;
  if (outcome === "info") return `tried to change ${change}`;
  const isDone = outcome === "ok" && result !== false;
  return isDone ? `changed ${change}` : `was refused to change ${change}`;
}

/** What JSON has no word for, as arrays. */
function plainOf(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Map || value instanceof Set) return [...value];
  if (value instanceof Uint8Array) return [...value];
  return value;
}
