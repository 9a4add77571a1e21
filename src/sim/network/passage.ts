// A message on its way through the conditions of its link.

import type { Plain } from "../env.ts";
import { hashPlain } from "../fingerprint.ts";
import type { Metrics } from "../metrics.ts";
import type { Scheduler } from "../queue/scheduler.ts";
import type { Sampler } from "../random/distribution.ts";
import type { Noise } from "../random/random.ts";
import type { Micros } from "../time.ts";
import { type ByteQueue, backlog, emptyQueue, enqueue } from "./byte-queue.ts";
import type { BandwidthCondition, BurstLossCondition, Condition } from "./condition.ts";
import { corruptBytes, corruptField } from "./corruption.ts";
import { typeOf } from "./message-type.ts";
import type { Wire } from "./wire.ts";

/** A condition where it holds. */
export interface Application {
  readonly condition: Condition;
  /** Names its draws: `network loss`, `loss at 5000000`. */
  readonly name: string;
  /** By number, each once. */
  readonly links: readonly number[];
  /** Types of the messages that it strikes; none: all. */
  readonly types: readonly string[];
}

/** A condition while it lasts, as plain data. */
export interface ActiveCondition extends Application {
  readonly id: number;
  /** Messages that came under it, and deliveries that it changed. */
  met: number;
  changed: number;
  /** Of a burst loss, by link: the number of the next message, and whether times are bad. */
  readonly chains: Map<number, { next: number; isBad: boolean }>;
  /** Of a bandwidth, by link or host. */
  readonly queues: Map<number, ByteQueue>;
}

/** A condition made ready for draws. */
export interface ReadyCondition {
  readonly active: ActiveCondition;
  readonly noise: Noise;
  /** What its draws for copies are keyed by. */
  readonly key: number;
  /** Of a latency. */
  readonly added: Sampler | undefined;
}

/** Why a condition drops a message. */
export type ConditionDrop = "loss" | "burst loss" | "too large" | "queue full" | "corrupt";

/** Where a message is on its way. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly link: number;
  /** What the link's draws are keyed by. */
  readonly subject: number;
  /** Of the message on the link, from 0. */
  readonly number: number;
}

/** A message, and what the conditions have made of it so far. */
export class Passage {
  readonly place: Place;
  readonly type: string | undefined;
  message: unknown;
  drop: ConditionDrop | undefined = undefined;
  /** Time in queues. */
  wait: Micros = 0;
  /** Who holds it back, until how many later messages have been sent, how long at most. */
  hold: Hold | undefined = undefined;
  /** The keys of the copies that are made of it. */
  copies: readonly number[] = NONE;
  /** Whether it travels on a stream, which sends again what is lost or damaged. */
  readonly isSegment: boolean;
  /** Lines in which it will stand if no other refuses it. */
  lines: readonly Line[] = NONE;

  constructor(place: Place, message: unknown, isSegment = false) {
    this.place = place;
    this.isSegment = isSegment;
    this.message = message;
    this.type = typeOf(message);
  }
}

interface Hold {
  readonly by: ActiveCondition;
  readonly window: number;
  readonly max: Micros;
}

interface Line {
  readonly active: ActiveCondition;
  readonly queue: ByteQueue;
}

/** Most messages need no list of their own. */
const NONE: readonly never[] = [];

/** What conditions need of the world. */
export interface ConditionSurroundings {
  readonly seed: string;
  readonly scheduler: Scheduler;
  readonly wire: Wire;
  readonly metrics: Metrics;
}

/**
 * Whether the condition is one for messages of this type. A stream hides from its program that
 * segments change places or come twice, and it cuts what is too large into pieces.
 */
export function concerns({ active }: ReadyCondition, { type, isSegment }: Passage): boolean {
  const { types, condition } = active;
  if (isSegment && HIDDEN_BY_STREAMS.has(condition.kind)) return false;
  return types.length === 0 || (type !== undefined && types.includes(type));
}

const HIDDEN_BY_STREAMS: ReadonlySet<Condition["kind"]> = new Set([
  ...(["reorder", "duplication", "sizeLimit"] as const),
]);

/** Does to a message what the condition does; all but what a latency adds. */
export function strike(
  ready: ReadyCondition,
  passage: Passage,
  surroundings: ConditionSurroundings,
): void {
  const { active } = ready;
  const { condition } = active;
  switch (condition.kind) {
    case "loss":
      if (isDrawn(ready, passage, condition.probability)) passage.drop = "loss";
      break;
    case "burstLoss":
      if (isBad(ready, passage, condition) && isDrawn(ready, passage, condition.loss))
        passage.drop = "burst loss";
      break;
    case "sizeLimit":
      if (surroundings.wire.sizeOf(passage.message) > condition.bytesMax) {
        passage.drop = "too large";
      }
      break;
    case "bandwidth":
      comeToLine(active, passage, condition, surroundings);
      break;
    case "corruption":
      if (isDrawn(ready, passage, condition.probability))
        corrupt(ready, passage, condition.of, surroundings.wire);
      break;
    case "reorder":
      if (passage.hold !== undefined || !isDrawn(ready, passage, condition.probability)) break;
      passage.hold = {
        by: active,
        window: 1 + Math.floor((bits(ready, passage, 1) * condition.window) / 2 ** 32),
        max: condition.holdMax,
      };
      break;
    case "latency":
      // Drawn for the message and for each of its copies: see Conditions.addedLatency.
      break;
    case "duplication":
      if (!isDrawn(ready, passage, condition.probability)) break;
      active.changed++;
      passage.copies = [...passage.copies, ready.key];
  }
  if (passage.drop !== undefined) active.changed++;
}

/** What is lost, or refused by one of its lines, stands in none; what is corrupt does. */
export function standInLines(
  passage: Passage,
  { scheduler: { now }, wire, metrics }: ConditionSurroundings,
): void {
  if (passage.drop !== undefined && passage.drop !== "corrupt") return;
  for (const { active, queue } of passage.lines) {
    // Only bandwidths make lines.
    const { bytesPerSecond, per } = active.condition as BandwidthCondition;
    const wait = enqueue(queue, now, bytesPerSecond, wire.sizeOf(passage.message)) - now;
    if (wait > 0) active.changed++;
    passage.wait = Math.max(passage.wait, wait);
    const name = `${per} backlog, bytes`;
    const bytes = Math.ceil(backlog(queue, now, bytesPerSecond) / 1_000_000);
    if (bytes > (metrics.state.gauges.get(name) ?? 0)) metrics.gauge(name, bytes);
  }
}

function comeToLine(
  active: ActiveCondition,
  passage: Passage,
  { per, bytesPerSecond, queueBytes }: BandwidthCondition,
  { scheduler: { now }, wire }: ConditionSurroundings,
): void {
  const { link, from, to } = passage.place;
  const key = per === "link" ? link : per === "uplink" ? from : to;
  const queue = active.queues.get(key) ?? emptyQueue();
  active.queues.set(key, queue);
  const size = wire.sizeOf(passage.message) * 1_000_000;
  if (backlog(queue, now, bytesPerSecond) + size <= queueBytes * 1_000_000) {
    passage.lines = [...passage.lines, { active, queue }];
  } else passage.drop = "queue full";
}

function corrupt(
  ready: ReadyCondition,
  passage: Passage,
  of: "bytes" | "fields",
  wire: Wire,
): void {
  if (passage.isSegment) {
    // The checksum of TCP finds it; that this is weak, and lets some pass, is left out.
    passage.drop = "corrupt";
    return;
  }
  // What programs send is plain data: see Env.send.
  const message = passage.message as Plain;
  const draw = (k: number): number => bits(ready, passage, k + 1);
  if (of === "fields") {
    passage.message = corruptField(message, draw);
    if (passage.message !== message) ready.active.changed++;
    return;
  }
  const bytes = wire.encode(message);
  corruptBytes(bytes, draw);
  const decoded = wire.decode(bytes);
  if (decoded === undefined) {
    passage.drop = "corrupt";
    return;
  }
  passage.message = decoded;
  // Some bits may mean nothing to a wire without a checksum.
  if (hashPlain(0, decoded as Plain) !== hashPlain(0, message)) ready.active.changed++;
}

/** Steps the link's chain up to this message, over those that never came here. */
function isBad(
  { active, noise }: ReadyCondition,
  { place: { link, subject, number } }: Passage,
  { enter, leave }: BurstLossCondition,
): boolean {
  const chain = active.chains.get(link)!;
  // What a stream sends again has the number it had: it is one more step all the same.
  do {
    const turn = threshold(chain.isBad ? leave : enter);
    if (noise.draw(subject ^ STEP, chain.next) < turn) chain.isBad = !chain.isBad;
  } while (++chain.next <= number);
  return chain.isBad;
}

function isDrawn(ready: ReadyCondition, passage: Passage, probability: number): boolean {
  return bits(ready, passage, 0) < threshold(probability);
}

/** The k-th 32 bits that a message has of a condition. */
function bits({ noise }: ReadyCondition, { place }: Passage, k: number): number {
  return noise.draw(place.subject ^ Math.imul(k, 0x9e3779b1), place.number);
}

/** Steps of a chain have draws of their own. */
const STEP = 0x5851f42d;

/** A probability as a bound for 32-bit draws. */
function threshold(probability: number): number {
  return Math.round(probability * 2 ** 32);
}
