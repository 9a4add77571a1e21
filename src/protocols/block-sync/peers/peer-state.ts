// What a node remembers of its peers, as plain data.

import type { NodeId } from "../../../sim/env.ts";
import type { Micros } from "../../../sim/time.ts";
import type { Hash } from "../encoding/hash.ts";
import type { Status } from "../messages.ts";
import type { PeerOptions } from "../options.ts";
import type { PublicKey } from "../transaction.ts";

/** All peers by name, in the order in which they were learned of. */
export type PeersState = Map<NodeId, PeerState>;

export interface PeerState {
  /** Known from the start: never forgotten to make room. */
  readonly isBootstrap: boolean;
  /** What it has said last; undefined before its first one, and if it belongs to another chain. */
  status: Status | undefined;
  /** Of the tips that it claims the first that has not come since; undefined when all have. */
  awaited: AwaitedTip | undefined;
  /** When anything came from it last, by the monotonic clock; undefined before. */
  heardAt: Micros | undefined;
  /**
   * It was heard, and has not been silent for longer than {@link PeerOptions.silenceMax} since, or
   * has time yet to answer what it was asked.
   */
  isReachable: boolean;
  /** Whole, up to 100. */
  score: number;
  /** Nothing is sent to it nor taken from it before that; undefined when it is not banned. */
  bannedUntil: Micros | undefined;
  /** Which validator it has proven to be. */
  validator: PublicKey | undefined;
  readonly allowance: Allowance;
}

/** A claimed tip that is not here, and since when that is so. */
export interface AwaitedTip {
  readonly hash: Hash;
  readonly since: Micros;
}

/** What a peer may send at once: two token buckets, in millionths of a message and of a byte. */
export interface Allowance {
  messages: number;
  /** Below zero, what it has sent too much. */
  bytes: number;
  filledAt: Micros;
  /** Whether the last message was refused. */
  isExceeded: boolean;
}

/** What a peer did that costs score. */
export type PeerFault =
  | "malformed"
  | "wrong genesis"
  | "false validator"
  | "flood"
  | "timeout"
  | "invalid headers"
  | "lighter than promised"
  | "withheld"
  | "wrong body"
  | "wrong accounts"
  | "wrong checkpoint"
  | "invalid block"
  | "invalid vote";

export const SCORE_MAX = 100;

/** A peer that nothing is known of but its name. */
export function newPeerState(isBootstrap: boolean, options: PeerOptions, now: Micros): PeerState {
  return {
    isBootstrap,
    status: undefined,
    awaited: undefined,
    heardAt: undefined,
    isReachable: false,
    score: SCORE_MAX,
    bannedUntil: undefined,
    validator: undefined,
    allowance: {
      messages: options.messagesPerSecond * MILLION,
      bytes: options.bytesPerSecond * MILLION,
      filledAt: now,
      isExceeded: false,
    },
  };
}

const MILLION = 1_000_000;

/**
 * Takes a message of that size from what a peer may send; whether it may. A bucket holds what a
 * second brings, and whatever is left lets a message pass: the rest of it is owed.
 */
export function spend(
  allowance: Allowance,
  sizeBytes: number,
  { options, now }: { readonly options: PeerOptions; readonly now: Micros },
): boolean {
  const { messagesPerSecond, bytesPerSecond } = options;
  if (messagesPerSecond === 0 && bytesPerSecond === 0) return true;
  // What comes in a microsecond are so many millionths; after a second a bucket is full.
  const elapsed = Math.min(now - allowance.filledAt, MILLION);
  allowance.filledAt = now;
  const filled = (rest: number, perSecond: number): number =>
    Math.min(rest + elapsed * perSecond, perSecond * MILLION);
  allowance.messages = filled(allowance.messages, messagesPerSecond);
  allowance.bytes = filled(allowance.bytes, bytesPerSecond);
  if (messagesPerSecond > 0 && allowance.messages <= 0) return false;
  if (bytesPerSecond > 0 && allowance.bytes <= 0) return false;
  if (messagesPerSecond > 0) allowance.messages -= MILLION;
  if (bytesPerSecond > 0) allowance.bytes -= sizeBytes * MILLION;
  return true;
}
