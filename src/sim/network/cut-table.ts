// Links on which messages do not pass. Who cuts them, and when, is for faults/cuts.ts to say.

import { assert } from "../assert.ts";
import { LINK, STREAM } from "../event.ts";
import type { Scheduler } from "../queue/scheduler.ts";
import type { Micros } from "../time.ts";
import {
  type CaughtMessage,
  type Cut,
  type CutTableState,
  concerns,
  type LaidCut,
  type Link,
  latest,
} from "./cut.ts";
import type { HeldMessage } from "./held-messages.ts";
import { typeOf } from "./message-type.ts";
import { contentOf, isSegment, type StreamEvent } from "./stream-segment.ts";

export type { CutTableState } from "./cut.ts";

/** The kinds of event that are messages under way, and messages that a condition keeps back. */
interface MessageKinds {
  readonly deliverKind: number;
  readonly releaseKind: number;
}

/** What cuts tell the one who watches; not called in plain runs. */
export interface CutObserver {
  onDrop(from: number, to: number, message: unknown, reason: "cut" | "cut in flight"): void;
  onHold(from: number, to: number, message: unknown): void;
  /** It goes on its way and arrives at `at`. */
  onRelease(from: number, to: number, message: unknown, at: Micros): void;
  /** Links that flap go down, or come up. */
  onTurn(links: readonly Link[], isDown: boolean): void;
}

/**
 * Knows which links are cut for which messages, and keeps what is held. Cuts add up:
 *
 * - A message that is sent is lost if any cut on its link concerns it, and held if only clogs do.
 * - A cut that begins loses what is under way, what other cuts hold included; or holds it; or
 *   leaves it alone. So losing beats holding, and holding beats delivering.
 * - What is held waits until no cut that concerns it lies on its link, then goes the rest of its
 *   way. So nothing sent while a link is cut arrives before the link has been open.
 */
export class CutTable {
  state: CutTableState;
  observer: CutObserver | undefined;
  readonly #hostCount: number;
  readonly #scheduler: Scheduler;
  readonly #kinds: MessageKinds;

  /** Events of kind LINK are for {@link turn}. */
  constructor(scheduler: Scheduler, kinds: MessageKinds, hostCount: number) {
    this.#scheduler = scheduler;
    this.#kinds = kinds;
    this.#hostCount = hostCount;
    this.state = {
      cuts: new Map(),
      nextNumber: 0,
      onLink: new Map(),
      linkCount: 0,
      severedAt: new Float64Array(hostCount * hostCount),
      severedTypes: new Map(),
      hasSevered: false,
      held: new Map(),
    };
  }

  /** Begins a cut and returns its number. */
  begin(cut: Cut): number {
    const number = this.state.nextNumber++;
    const laid: LaidCut = { ...cut, isDown: false, slot: undefined, bites: 0 };
    this.state.cuts.set(number, laid);
    this.#turn(number, laid);
    return number;
  }

  /** Ends a cut, wherever it is in its turns. */
  end(number: number): void {
    const cut = this.#cut(number);
    if (cut.slot !== undefined) this.#scheduler.cancel(cut.slot);
    if (cut.isDown) this.#lift(number, cut);
    this.state.cuts.delete(number);
  }

  /** The time has come to lay the cut on its links, or to take it off them. */
  turn(number: number): void {
    const cut = this.#cut(number);
    this.observer?.onTurn(cut.links, !cut.isDown);
    this.#turn(number, cut);
  }

  /** How many messages a cut that is not over has stopped or held so far. */
  bitesOf(number: number): number {
    return this.#cut(number).bites;
  }

  /** Whether no message at all sets out on this link now, whatever its type. */
  isCut(from: number, to: number): boolean {
    return this.#on(from * this.#hostCount + to).some(({ types }) => types.length === 0);
  }

  /** A message sets out: whether a cut loses it. */
  stops(from: number, to: number, message: unknown): boolean {
    const numbers = this.state.onLink.get(from * this.#hostCount + to);
    if (numbers === undefined) return false;
    let isLost = false;
    for (const number of numbers) {
      const cut = this.#cut(number);
      if (cut.isClog || !concerns(cut, message)) continue;
      cut.bites++;
      isLost = true;
    }
    if (isLost) this.observer?.onDrop(from, to, message, "cut");
    return isLost;
  }

  /** A segment of a stream sets out: whether a cut stops it. What a clog holds is sent again. */
  stopsSegment(from: number, to: number, content: unknown): boolean {
    const cuts = this.#concerning(from, to, content);
    for (const cut of cuts) cut.bites++;
    if (cuts.length > 0) this.observer?.onDrop(from, to, content, "cut");
    return cuts.length > 0;
  }

  /**
   * A message sets out on a way of `latency`: whether a cut holds it. It has just been sent, past
   * {@link stops}, and meets clogs alone; or it was sent before and kept back by a condition.
   */
  holds(from: number, to: number, message: unknown, latency: Micros): boolean {
    const cuts = this.#concerning(from, to, message).filter(({ inFlight }) => inFlight === "hold");
    if (cuts.length === 0) return false;
    for (const cut of cuts) cut.bites++;
    const order = this.#scheduler.nextSequence;
    const isInOrder = cuts.some(({ isClog }) => isClog);
    this.#hold(from, to, { message, left: latency, order, isInOrder });
    return true;
  }

  /** Whether a message that now arrives was under way when a cut began that loses such messages. */
  isSevered(from: number, to: number, sequence: number, message: unknown): boolean {
    if (!this.state.hasSevered || !this.#wasSevered(from, to, sequence, message)) return false;
    this.observer?.onDrop(from, to, message, "cut in flight");
    return true;
  }

  #turn(number: number, cut: LaidCut): void {
    if (cut.isDown) this.#lift(number, cut);
    else this.#lay(number, cut);
    if (cut.turns === undefined) return;
    const at = this.#scheduler.now + (cut.isDown ? cut.turns.down : cut.turns.up);
    cut.slot = this.#scheduler.schedule(at, LINK, 0, 0, number);
  }

  #lay(number: number, cut: LaidCut): void {
    const { onLink } = this.state;
    cut.isDown = true;
    this.state.linkCount += cut.links.length;
    const links = new Set(cut.links.map(([from, to]) => from * this.#hostCount + to));
    assert(links.size === cut.links.length, "a link twice in one cut:", number);
    for (const link of links) onLink.set(link, [...(onLink.get(link) ?? []), number]);
    if (cut.inFlight === "lose") this.#lose(cut, links);
    if (cut.inFlight === "hold") this.#catch(cut, links);
  }

  #lift(number: number, cut: LaidCut): void {
    const { onLink } = this.state;
    cut.isDown = false;
    cut.slot = undefined;
    this.state.linkCount -= cut.links.length;
    for (const [from, to] of cut.links) {
      const link = from * this.#hostCount + to;
      const others = onLink.get(link)!.filter((other) => other !== number);
      if (others.length === 0) onLink.delete(link);
      else onLink.set(link, others);
      this.#release(from, to);
    }
  }

  /** Loses what is under way: what is held now, the rest when it would arrive. */
  #lose(cut: LaidCut, links: ReadonlySet<number>): void {
    const { severedAt, severedTypes, held } = this.state;
    cut.bites += this.#underWay(cut, links, this.#kinds.deliverKind).length;
    cut.bites += this.#underWay(cut, links, this.#kinds.releaseKind).length;
    cut.bites += this.#underWay(cut, links, STREAM).length;
    for (const [from, to] of cut.links) {
      const link = from * this.#hostCount + to;
      const kept = held.get(link) ?? [];
      const lost = kept.filter(({ message }) => concerns(cut, message));
      cut.bites += lost.length;
      for (const { message } of lost) this.observer?.onDrop(from, to, message, "cut in flight");
      this.#keep(
        link,
        kept.filter(({ message }) => !concerns(cut, message)),
      );
      const next = this.#scheduler.nextSequence;
      if (cut.types.length === 0) severedAt[link] = next;
      else severedTypes.set(link, latest(severedTypes.get(link), cut.types, next));
    }
    this.state.hasSevered = true;
  }

  /** Takes what is under way out of the queue and keeps it. */
  #catch(cut: LaidCut, links: ReadonlySet<number>): void {
    const scheduler = this.#scheduler;
    if (cut.isClog) {
      for (const held of [...links].flatMap((link) => this.state.held.get(link) ?? [])) {
        if (concerns(cut, held.message)) held.isInOrder = true;
      }
    }
    for (const slot of this.#underWay(cut, links, this.#kinds.deliverKind)) {
      cut.bites++;
      const left = scheduler.at[slot]! - scheduler.now;
      const [message, order] = [scheduler.payload[slot], scheduler.sequence[slot]!];
      const held = { message, left, order, isInOrder: cut.isClog };
      this.#hold(scheduler.from[slot]!, scheduler.host[slot]!, held);
      scheduler.cancel(slot);
    }
  }

  /** Events with messages on these links that a cut concerns and that no cut has lost already. */
  #underWay(cut: Cut, links: ReadonlySet<number>, eventKind: number): number[] {
    const { kind, from, host, payload, sequence } = this.#scheduler;
    return this.#scheduler.waiting((slot) => {
      if (kind[slot] !== eventKind) return false;
      if (!links.has(from[slot]! * this.#hostCount + host[slot]!)) return false;
      const message = this.#messageOf(eventKind, payload[slot]);
      if (message === undefined || !concerns(cut, message)) return false;
      return !this.#wasSevered(from[slot]!, host[slot]!, sequence[slot]!, message);
    });
  }

  /** The message in an event; undefined when there is none. */
  #messageOf(eventKind: number, payload: unknown): unknown {
    // The payloads of those kinds are what held-messages.ts and stream-sender.ts schedule.
    if (eventKind === this.#kinds.releaseKind) return (payload as HeldMessage).message;
    if (eventKind !== STREAM) return payload;
    const event = payload as StreamEvent;
    return isSegment(event) ? contentOf(event) : undefined;
  }

  #wasSevered(from: number, to: number, sequence: number, message: unknown): boolean {
    const link = from * this.#hostCount + to;
    if (sequence < this.state.severedAt[link]!) return true;
    const byType = this.state.severedTypes.get(link);
    return byType !== undefined && sequence < (byType.get(typeOf(message) ?? "") ?? 0);
  }

  #hold(from: number, to: number, held: CaughtMessage): void {
    const link = from * this.#hostCount + to;
    const list = this.state.held.get(link);
    if (list === undefined) this.state.held.set(link, [held]);
    else list.push(held);
    this.observer?.onHold(from, to, held.message);
  }

  /** Lets go what no cut holds any more. */
  #release(from: number, to: number): void {
    const link = from * this.#hostCount + to;
    const all = this.state.held.get(link);
    if (all === undefined) return;
    const kept: CaughtMessage[] = [];
    let last: Micros = 0;
    for (const held of all.sort((a, b) => a.order - b.order)) {
      const cuts = this.#concerning(from, to, held.message);
      for (const cut of cuts) cut.bites++;
      if (cuts.length > 0) {
        kept.push(held);
        continue;
      }
      let at = this.#scheduler.now + held.left;
      if (held.isInOrder) at = last = Math.max(at, last);
      this.#scheduler.schedule(at, this.#kinds.deliverKind, to, from, held.message);
      this.observer?.onRelease(from, to, held.message, at);
    }
    this.#keep(link, kept);
  }

  #keep(link: number, list: CaughtMessage[]): void {
    if (list.length === 0) this.state.held.delete(link);
    else this.state.held.set(link, list);
  }

  #concerning(from: number, to: number, message: unknown): LaidCut[] {
    const cuts = this.#on(from * this.#hostCount + to);
    return cuts.filter((cut) => concerns(cut, message));
  }

  #on(link: number): readonly LaidCut[] {
    return this.state.onLink.get(link)?.map((number) => this.#cut(number)) ?? [];
  }

  #cut(number: number): LaidCut {
    const cut = this.state.cuts.get(number);
    assert(cut !== undefined, "no such cut:", number);
    return cut;
  }
}
