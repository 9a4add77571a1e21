// What may befall the messages of a link: for the whole run by the network's options, for a while
// by a fault. All of it is decided when a message is sent, in the order of CONDITION_KINDS.

import { type Distribution, describeDistribution } from "../random/distribution.ts";
import { formatTime, type Micros } from "../time.ts";

export type Condition =
  | LossCondition
  | BurstLossCondition
  | SizeLimitCondition
  | BandwidthCondition
  | CorruptionCondition
  | ReorderCondition
  | LatencyCondition
  | DuplicationCondition;

/** Each message is lost independently of the others. Several: each may lose it. */
export interface LossCondition {
  readonly kind: "loss";
  readonly probability: number;
}

/**
 * Losses that come together. Each link has a chain of two states, which begins as good and takes a
 * step with each message of the link, struck or not: from good to bad with probability `enter`,
 * back with `leave`. A good one loses nothing, a bad one loses with probability `loss`. In the long
 * run it loses `loss * enter / (enter + leave)`; a burst lasts for `1 / leave` messages on average.
 * Source: Gilbert, Capacity of a Burst-Noise Channel, 1960; Elliott, 1963.
 */
export interface BurstLossCondition {
  readonly kind: "burstLoss";
  readonly enter: number;
  readonly leave: number;
  readonly loss: number;
}

/** Messages that the wire makes larger than this are dropped. */
export interface SizeLimitCondition {
  readonly kind: "sizeLimit";
  readonly bytesMax: number;
}

/**
 * A line that takes its time for each byte, and messages wait for those before them, first come,
 * first served. What would make the backlog, itself included, exceed `queueBytes` is dropped. A
 * message joins all lines on its way when it is sent, and goes on when the slowest has let it
 * through. What is lost takes no bandwidth, what is corrupt does, copies do not.
 */
export interface BandwidthCondition {
  readonly kind: "bandwidth";
  readonly bytesPerSecond: number;
  readonly queueBytes: number;
  /** One line for each link, or for all that a host sends, or for all that a host is sent. */
  readonly per: "link" | "uplink" | "downlink";
}

/**
 * `bytes`: 1 to 4 bits of the encoded message are flipped; what then does not decode is dropped.
 * `fields`: one number, text, flag or byte array of a copy of the message is another one.
 */
export interface CorruptionCondition {
  readonly kind: "corruption";
  readonly probability: number;
  readonly of: "bytes" | "fields";
}

/**
 * A message is held back until 1 to `window` later ones of its link have been sent (each number as
 * likely), `holdMax` at the latest; then it takes its usual time. Of several, the first that holds
 * it counts.
 */
export interface ReorderCondition {
  readonly kind: "reorder";
  readonly probability: number;
  readonly window: number;
  readonly holdMax: Micros;
}

/** More time under way, for each message and each copy anew. Several add up. */
export interface LatencyCondition {
  readonly kind: "latency";
  readonly added: Distribution;
}

/** One more copy, after a latency of its own. Several: each may make one. */
export interface DuplicationCondition {
  readonly kind: "duplication";
  readonly probability: number;
}

/** In the order in which they act. */
export const CONDITION_KINDS = [
  ...(["loss", "burstLoss", "sizeLimit", "bandwidth"] as const),
  ...(["corruption", "reorder", "latency", "duplication"] as const),
] as const satisfies readonly Condition["kind"][];

/** Reads the fields of one condition; each method throws a UsageError that names the path. */
export interface ConditionReader {
  oneOf<Choice extends string>(field: string, choices: readonly Choice[]): Choice;
  count(field: string, low: number, high?: number): number;
  probability(field: string): number;
  distribution(field: string): Distribution;
}

type Fields<Kind extends Condition["kind"]> = Omit<Extract<Condition, { kind: Kind }>, "kind">;

/** By kind, how it is read from outside. */
export const CONDITION_CHECKS: {
  readonly [Kind in Condition["kind"]]: (read: ConditionReader) => Fields<Kind>;
} = {
  loss: (read) => ({ probability: read.probability("probability") }),
  burstLoss: (read) => ({
    enter: read.probability("enter"),
    leave: read.probability("leave"),
    loss: read.probability("loss"),
  }),
  sizeLimit: (read) => ({ bytesMax: read.count("bytesMax", 0) }),
  bandwidth: (read) => ({
    bytesPerSecond: read.count("bytesPerSecond", 1, RATE_MAX),
    queueBytes: read.count("queueBytes", 1, QUEUE_MAX),
    per: read.oneOf("per", ["link", "uplink", "downlink"]),
  }),
  corruption: (read) => ({
    probability: read.probability("probability"),
    of: read.oneOf("of", ["bytes", "fields"]),
  }),
  reorder: (read) => ({
    probability: read.probability("probability"),
    window: read.count("window", 1, WINDOW_MAX),
    holdMax: read.count("holdMax", 1),
  }),
  latency: (read) => ({ added: read.distribution("added") }),
  duplication: (read) => ({ probability: read.probability("probability") }),
};

/** Bounds within which the sums of a queue are exact: see ByteQueue. */
const RATE_MAX = 1e12;
const QUEUE_MAX = 1e9;
const WINDOW_MAX = 1e6;

/** The condition in words: `burst loss 1, enter 0.01, leave 0.2`. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case "loss":
      return `lose ${condition.probability}`;
    case "burstLoss": {
      const { enter, leave, loss } = condition;
      return `lose ${loss} in bursts, enter ${enter}, leave ${leave}`;
    }
    case "sizeLimit":
      return `drop over ${condition.bytesMax} bytes`;
    case "bandwidth": {
      const { bytesPerSecond, queueBytes, per } = condition;
      return `pass ${bytesPerSecond} bytes/s per ${per}, queue ${queueBytes} bytes`;
    }
    case "corruption":
      return `corrupt ${condition.of} of ${condition.probability}`;
    case "reorder": {
      const { probability, window, holdMax } = condition;
      const messages = window === 1 ? "1 message" : `${window} messages`;
      return `hold back ${probability} for up to ${messages} or ${formatTime(holdMax)}`;
    }
    case "latency":
      return `add ${describeDistribution(condition.added)}`;
    case "duplication":
      return `duplicate ${condition.probability}`;
  }
}
