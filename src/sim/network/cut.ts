// What a cut is; cut-table.ts knows which ones there are.

import type { Micros } from "../time.ts";
import { typeOf } from "./message-type.ts";

/** What a cut does to messages that are under way when it begins. */
export type InFlight = "lose" | "hold" | "deliver";

/** A direction between two hosts, by index. */
export type Link = readonly [from: number, to: number];

/** What does not pass, and where. */
export interface Cut {
  readonly links: readonly Link[];
  /** Lost; held until the cut is over; or delivered as if nothing were. */
  readonly inFlight: InFlight;
  /** A clog holds also what is sent while it lasts, and keeps to the order of sending. */
  readonly isClog: boolean;
  /** Messages whose `type` is one of these are concerned; none given: all messages. */
  readonly types: readonly string[];
  /** The cut lasts for `down`, is away for `up`, and so on; undefined: it lasts. */
  readonly turns: { readonly down: Micros; readonly up: Micros } | undefined;
}

/** A cut that has begun, as plain data. */
export interface LaidCut extends Cut {
  /** Whether it lies on its links now; one that takes turns does so at times. */
  isDown: boolean;
  /** Its next turn, by slot of the scheduler; undefined when it takes none. */
  slot: number | undefined;
  /** How many messages it has stopped or held. */
  bites: number;
}

/** A message that waits on its way. */
export interface CaughtMessage {
  readonly message: unknown;
  /** What is left of its way. */
  readonly left: Micros;
  /** When it was sent, as a sequence number of the scheduler. */
  readonly order: number;
  /** Whether a clog has held it: then it does not overtake what was sent before it. */
  isInOrder: boolean;
}

/** All cuts as plain data. Links are numbered `from * hosts + to`. */
export interface CutTableState {
  /** Cuts by number, those that have begun and are not over. */
  readonly cuts: Map<number, LaidCut>;
  nextNumber: number;
  /** By link, the numbers of the cuts that lie on it now, in order of beginning. */
  readonly onLink: Map<number, readonly number[]>;
  /** The sum of all lengths in `onLink`; while it is 0, the network need not look. */
  linkCount: number;
  /** By link: messages created before this sequence number were lost when a cut began. */
  readonly severedAt: Float64Array;
  /** By link and type, the same for cuts that concern some types only. */
  readonly severedTypes: Map<number, Map<string, number>>;
  hasSevered: boolean;
  /** By link, what waits there. */
  readonly held: Map<number, CaughtMessage[]>;
}

/** Whether a cut is for messages such as this one. */
export function concerns({ types }: Cut, message: unknown): boolean {
  if (types.length === 0) return true;
  const type = typeOf(message);
  return type !== undefined && types.includes(type);
}

/** By type, from when on messages are not lost, with these types lost up to `sequence`. */
export function latest(
  before: ReadonlyMap<string, number> | undefined,
  types: readonly string[],
  sequence: number,
): Map<string, number> {
  return new Map([...(before ?? []), ...types.map((type) => [type, sequence] as const)]);
}
