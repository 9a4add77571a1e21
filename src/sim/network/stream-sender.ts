import { assert } from "../assert.ts";
import { DISCONNECT, STREAM } from "../event.ts";
import type { Scheduler } from "../queue/scheduler.ts";
import type { Micros } from "../time.ts";
import type { StreamCarrier } from "./stream-carrier.ts";
import {
  connectDue,
  enqueue,
  isKnown,
  NEVER,
  newEnd,
  type Outgoing,
  retransmissionDue,
  type StreamEnd,
  settle,
  UNKNOWN,
} from "./stream-connection.ts";
import type { StreamTimeouts } from "./stream-options.ts";
import { LOST, type Segment, type StreamEvent } from "./stream-segment.ts";
import type { StreamWeather, StreamWeatherState } from "./stream-weather.ts";

/** Streams as plain data. A link is a direction: number `from * hosts + to`. */
export interface StreamLinksState {
  /** By link, the end at `from` of its connection with `to`, while there is one. */
  readonly ends: Map<number, StreamEnd>;
  /** By link, the last number that was given to a connection. */
  readonly lastIds: Map<number, number>;
  /** Hosts without power: they answer nothing until they boot. */
  readonly off: Set<number>;
  readonly weather: StreamWeatherState;
}

/** What a sender needs of what is around it. */
interface SenderParts {
  readonly scheduler: Scheduler;
  readonly carrier: StreamCarrier;
  readonly weather: StreamWeather;
  readonly timeouts: StreamTimeouts;
  readonly hostCount: number;
}

/** The half of the streams that acts: opens connections, sends, sends again, and gives up. */
export class StreamSender {
  state: StreamLinksState;
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
    const { state: weather } = parts.weather;
    this.state = { ends: new Map(), lastIds: new Map(), off: new Set(), weather };
  }

  /** Sends a message of a program; without a connection, opens one. */
  send(link: number, message: unknown): void {
    const number = this.#parts.carrier.countSent(link);
    const end = this.state.ends.get(link) ?? this.#connect(link);
    this.#settle(link, end);
    const outgoing = enqueue(end, message, number);
    if (end.peerId === UNKNOWN || end.isBlocked) return;
    this.#transmit(link, end, outgoing);
    this.arm(link, end);
  }

  /** Makes an end; it knows the peer's number if it answers a connect. */
  open(link: number, peerId: number): StreamEnd {
    const { ends, lastIds } = this.state;
    assert(!ends.has(link), "a connection already:", link);
    const id = (lastIds.get(link) ?? 0) + 1;
    lastIds.set(link, id);
    const end = newEnd(id, peerId, this.#parts.scheduler.now);
    ends.set(link, end);
    return end;
  }

  /** The peer's number is known: what has waited for the handshake is sent. */
  establish(link: number, end: StreamEnd, peerId: number): void {
    end.peerId = peerId;
    this.#flush(link, end);
    this.arm(link, end);
  }

  /** Puts a segment on a link; when it arrives, or LOST. */
  put(link: number, segment: Segment): Micros | typeof LOST {
    const arrivesAt = this.travel(link, segment);
    if (arrivesAt !== LOST) this.schedule(link, segment, arrivesAt);
    return arrivesAt;
  }

  /** When a segment that leaves now arrives, or LOST. */
  travel(link: number, segment: Segment): Micros | typeof LOST {
    const { carrier, weather, scheduler } = this.#parts;
    const latency = carrier.passage(link, segment);
    if (latency === LOST) return LOST;
    const delay = weather.delay(link, segment, scheduler.now);
    if (delay !== LOST) return scheduler.now + latency + delay;
    carrier.drop(link, segment, "stream fault");
    return LOST;
  }

  /** This end learns that the connection is gone. */
  close(link: number, end: StreamEnd): void {
    const { scheduler, hostCount } = this.#parts;
    this.state.ends.delete(link);
    if (!isKnown(end)) return;
    const [from, to] = [Math.floor(link / hostCount), link % hostCount];
    scheduler.schedule(scheduler.now, DISCONNECT, from, to, undefined);
  }

  /** A timer of a connection fires. */
  onTimer(link: number, id: number): void {
    const { now } = this.#parts.scheduler;
    const end = this.state.ends.get(link);
    // A timer that was set anew, or of a connection that is gone.
    if (end?.id !== id || end.timerAt !== now) return;
    end.timerAt = NEVER;
    this.#settle(link, end);
    if (this.#deadline(end) <= now) {
      this.close(link, end);
      return;
    }
    if (end.peerId === UNKNOWN) {
      if (connectDue(end) <= now) this.#sendConnect(link, end);
    } else if (retransmissionDue(end) <= now) this.#retransmit(link, end);
    this.arm(link, end);
  }

  /** Sees to it that the timer fires when something is due. */
  arm(link: number, end: StreamEnd): void {
    const due = end.peerId === UNKNOWN ? connectDue(end) : retransmissionDue(end);
    const at = Math.max(this.#parts.scheduler.now, Math.min(due, this.#deadline(end)));
    if (at >= end.timerAt) return;
    end.timerAt = at;
    this.schedule(link, { type: "timer", id: end.id }, at);
  }

  schedule(link: number, event: StreamEvent, at: Micros): void {
    const { scheduler, hostCount } = this.#parts;
    scheduler.schedule(at, STREAM, link % hostCount, Math.floor(link / hostCount), event);
  }

  /** The other direction. */
  back(link: number): number {
    const { hostCount } = this.#parts;
    return (link % hostCount) * hostCount + Math.floor(link / hostCount);
  }

  #connect(link: number): StreamEnd {
    const end = this.open(link, UNKNOWN);
    // To itself a host need not shake hands.
    if (link === this.back(link)) end.peerId = end.id;
    else this.#sendConnect(link, end);
    return end;
  }

  #sendConnect(link: number, end: StreamEnd): void {
    this.put(link, { type: "connect", id: end.id, attempt: end.connects++ });
    end.connectSentAt = this.#parts.scheduler.now;
    this.arm(link, end);
  }

  /** Sends a message, perhaps again; whether a copy is now under way. */
  #transmit(link: number, { id, peerId }: StreamEnd, outgoing: Outgoing): boolean {
    const { now } = this.#parts.scheduler;
    if (outgoing.attempts++ === 0) outgoing.firstSentAt = now;
    outgoing.sentAt = now;
    const arrivesAt = this.put(link, { type: "data", id, peerId, outgoing });
    outgoing.arrivesAt = arrivesAt === LOST ? 0 : arrivesAt;
    return arrivesAt !== LOST;
  }

  /** Sends what has never been sent. */
  #flush(link: number, end: StreamEnd): void {
    for (const outgoing of end.unacked) {
      if (outgoing.attempts === 0) this.#transmit(link, end, outgoing);
    }
  }

  /** Forgets what is acknowledged by now; if that was what others waited for, they are sent. */
  #settle(link: number, end: StreamEnd): void {
    if (!settle(end, this.#parts.scheduler.now) || !end.isBlocked) return;
    end.isBlocked = false;
    this.#flush(link, end);
  }

  /** The first message again, and if it gets through, what else is missing behind it. */
  #retransmit(link: number, end: StreamEnd): void {
    const { now } = this.#parts.scheduler;
    end.timeouts++;
    const [first, ...others] = end.unacked.filter(
      ({ ackedAt, arrivesAt }) => ackedAt === NEVER && arrivesAt <= now,
    );
    assert(first !== undefined, "nothing to send again:", link, end.id);
    end.isBlocked = !this.#transmit(link, end, first);
    if (end.isBlocked) return;
    for (const outgoing of others) this.#transmit(link, end, outgoing);
  }

  /** When this end gives up. */
  #deadline({ peerId, openedAt, unacked }: StreamEnd): Micros {
    const { connectTimeout, streamTimeout } = this.#parts.timeouts;
    if (peerId === UNKNOWN) return openedAt + connectTimeout;
    const first = unacked[0];
    return first === undefined ? NEVER : first.firstSentAt + streamTimeout;
  }
}
