// What is known of single events of a run, as plain data: it comes from other processes too.

import type { NodeId } from "../../sim/env.ts";
import { hashPlain } from "../../sim/fingerprint.ts";
import type { EventKind, World } from "../../sim/invariant.ts";
import { formatTime, type Micros } from "../../sim/time.ts";
import { formatPlain } from "../../sim/trace.ts";

/** An event, and on which host it happened; undefined for the weather. */
export interface EventPlace {
  readonly step: number;
  readonly at: Micros;
  readonly host: NodeId | undefined;
  readonly kind: EventKind;
}

/** Something that a program did. */
export interface Deed {
  /** In words; long bytes are cut. */
  readonly text: string;
  /** Of all that it did it with. */
  readonly hash: number;
  /** The frames of its stack, a line each. */
  readonly stack: string;
}

/** All that is known of one event of one run. */
export interface EventAccount {
  readonly place: EventPlace;
  /** The event with what it carries, in words. */
  readonly text: string;
  /** Calls of the env that have an effect, in order. */
  readonly effects: readonly Deed[];
  /** What its handler has asked of the machine, such as `Date.now`, each once. */
  readonly asked: readonly Deed[];
  /** What its handler threw. */
  readonly thrown: Deed | undefined;
  /** Of the node's memory after it. */
  readonly stateHash: number;
  /** The memory, if it was asked for: each value that has no parts, with its path. */
  readonly state: readonly (readonly [path: string, value: string])[];
}

/** A call of the env when no handler ran that it belongs to. */
export interface OutsideCall extends Omit<Deed, "hash"> {
  /** Whose env it was. */
  readonly host: NodeId;
  /** The event whose handler began what made the call; undefined if nobody knows. */
  readonly begunBy: EventPlace | undefined;
}

/** The event that the world shows. */
export function placeOf({ step, now, event }: World): EventPlace {
  return { step, at: now, host: event.host?.id, kind: event.kind };
}

/** The event that the world shows, in words: `timer tick on n1`. */
export function describeEvent({ event }: World): string {
  const { kind, host, from, payload } = event;
  const carried = payload === undefined || kind === "stream" ? "" : ` ${formatPlain(payload)}`;
  const sender = from === undefined ? "" : ` from ${from}`;
  return `${kind}${carried}${sender}${host === undefined ? "" : ` on ${host.id}`}`;
}

/** An event as `event #3 at 12 ms on n1 (timer)`. */
export function describePlace({ step, at, host, kind }: EventPlace): string {
  return `event #${step} at ${formatTime(at)}${host === undefined ? "" : ` on ${host}`} (${kind})`;
}

/** Each value in it that has no parts, with its path: `log[3].term`. */
export function leavesOf(value: unknown, path = "state"): [path: string, value: string][] {
  if (typeof value !== "object" || value === null) return [[path, formatPlain(value)]];
  if (value instanceof Uint8Array) {
    return [[path, `${formatPlain(value)} with hash ${hashPlain(0, value)}`]];
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => leavesOf(item, `${path}[${i}]`));
  if (value instanceof Set) return [[path, formatPlain(value)]];
  const isMap = value instanceof Map;
  const entries: [unknown, unknown][] = isMap ? [...value] : Object.entries(value);
  return entries.flatMap(([key, item]) => {
    const name = formatPlain(key);
    return leavesOf(item, isMap ? `${path}.get(${name})` : `${path}.${name}`);
  });
}
