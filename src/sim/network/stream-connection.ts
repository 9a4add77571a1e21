// One end of a stream connection as plain data, and the clockwork of its retransmissions.

import { assert } from "../assert.ts";
import { type Micros, ms, seconds } from "../time.ts";

// RFC 6298. Its minimum is 1 s (2.4); Linux and others take 200 ms, and so do we.
export const RTO_INITIAL: Micros = seconds(1);
export const RTO_MIN: Micros = ms(200);
export const RTO_MAX: Micros = seconds(60);

/** Later than everything. */
export const NEVER: Micros = Number.MAX_SAFE_INTEGER;

/** What a peer's number for a connection is while the handshake has not told it. */
export const UNKNOWN = 0;

/** A message at its sender, from the program's send until it is acknowledged. */
export interface Outgoing {
  /** Its place among the messages of the connection in this direction, from 0 on. */
  readonly sequence: number;
  readonly message: unknown;
  /** Its place among all messages of the link: what its draws are addressed by. */
  readonly number: number;
  attempts: number;
  firstSentAt: Micros;
  sentAt: Micros;
  /** When the last copy arrives; 0 when that one was lost. */
  arrivesAt: Micros;
  /** When the first acknowledgement arrives; NEVER while none is under way. */
  ackedAt: Micros;
}

/** What one host knows of its connection with another: the two ends may know different things. */
export interface StreamEnd {
  /** This end's number for the connection; from 1 on, never used again on this link. */
  readonly id: number;
  /** The other end's number; UNKNOWN while this end waits for the answer to its connect. */
  peerId: number;
  readonly openedAt: Micros;
  /** How often a connect was sent, and when the last one. */
  connects: number;
  connectSentAt: Micros;
  /** The sequence number of the next message that the program sends. */
  next: number;
  /** In order of sequence; the first is not acknowledged, some behind it may be. */
  readonly unacked: Outgoing[];
  /** Timeouts since the last progress: each doubles the time to the next (RFC 6298, 5.5). */
  timeouts: number;
  /** A retransmission was lost as well: what comes behind waits for one that is not. */
  isBlocked: boolean;
  smoothedRtt: Micros;
  rttVariance: Micros;
  /** When the one timer event that counts is due; NEVER when there is none. */
  timerAt: Micros;
  /** The sequence number of the next message to hand to the program. */
  expected: number;
  /** Messages that came before the one that is expected, by sequence number. */
  readonly early: Map<number, unknown>;
}

/** An end that is about to send its first connect, or to answer one. */
export function newEnd(id: number, peerId: number, now: Micros): StreamEnd {
  return {
    ...{ id, peerId, openedAt: now, connects: 0, connectSentAt: now },
    ...{ next: 0, unacked: [], timeouts: 0, isBlocked: false },
    ...{ smoothedRtt: 0, rttVariance: 0, timerAt: NEVER },
    ...{ expected: 0, early: new Map() },
  };
}

/** Adds a message of the program; it has not been sent yet. */
export function enqueue(end: StreamEnd, message: unknown, number: number): Outgoing {
  const outgoing = {
    sequence: end.next++,
    message,
    number,
    attempts: 0,
    firstSentAt: NEVER,
    sentAt: NEVER,
    arrivesAt: 0,
    ackedAt: NEVER,
  };
  end.unacked.push(outgoing);
  return outgoing;
}

/** Forgets the messages whose acknowledgements have arrived; whether there were any. */
export function settle(end: StreamEnd, now: Micros): boolean {
  let first = end.unacked[0];
  if (first === undefined || first.ackedAt > now) return false;
  while (first !== undefined && first.ackedAt <= now) {
    end.unacked.shift();
    end.timeouts = 0;
    // Karn: an answer to a message that was sent twice says nothing about the round trip.
    if (first.attempts === 1) measure(end, first.ackedAt - first.sentAt);
    first = end.unacked[0];
  }
  return true;
}

/** Acknowledges at its sender all messages before `expected`, and one perhaps behind it (SACK). */
export function acknowledge(
  { unacked }: StreamEnd,
  expected: number,
  selected: Outgoing,
  at: Micros,
): void {
  for (const outgoing of unacked) {
    if (outgoing.sequence >= expected) break;
    outgoing.ackedAt = Math.min(outgoing.ackedAt, at);
  }
  selected.ackedAt = Math.min(selected.ackedAt, at);
}

/** The messages that can now be handed over, in order; none while one before them is missing. */
export function takeIn(end: StreamEnd, { sequence, message }: Outgoing): readonly unknown[] {
  if (sequence < end.expected) return [];
  end.early.set(sequence, message);
  const ready: unknown[] = [];
  while (end.early.has(end.expected)) {
    ready.push(end.early.get(end.expected));
    end.early.delete(end.expected++);
  }
  return ready;
}

/**
 * When the first message is to be sent again; NEVER when there is none. Not while a copy or its
 * acknowledgement is under way: the timeout of RFC 6298 adapts to the round trip for the same end.
 */
export function retransmissionDue(end: StreamEnd): Micros {
  const first = end.unacked[0];
  if (first === undefined) return NEVER;
  if (first.ackedAt !== NEVER) return first.ackedAt;
  assert(first.attempts > 0, "a message that waits for nothing:", end.id, first.sequence);
  return Math.max(
    first.sentAt + backedOff(retransmissionTimeout(end), end.timeouts),
    first.arrivesAt,
  );
}

/** When the next connect is due. RFC 6298, 2.1 and 5.5. */
export function connectDue({ connectSentAt, connects }: StreamEnd): Micros {
  return connectSentAt + backedOff(RTO_INITIAL, connects - 1);
}

/** Whether the program knows of the connection: it has sent or been handed a message. */
export function isKnown({ next, expected }: StreamEnd): boolean {
  return next > 0 || expected > 0;
}

/** RFC 6298, 2.2 to 2.4, with a clock granularity of nothing. */
function retransmissionTimeout({ smoothedRtt, rttVariance }: StreamEnd): Micros {
  return Math.max(RTO_MIN, smoothedRtt + 4 * rttVariance);
}

/** RFC 6298, 2.2 and 2.3, in whole microseconds. */
function measure(end: StreamEnd, rtt: Micros): void {
  if (end.smoothedRtt === 0) {
    end.smoothedRtt = rtt;
    end.rttVariance = Math.floor(rtt / 2);
    return;
  }
  const deviation = Math.abs(end.smoothedRtt - rtt);
  end.rttVariance = Math.floor((3 * end.rttVariance + deviation) / 4);
  end.smoothedRtt = Math.floor((7 * end.smoothedRtt + rtt) / 8);
}

/** A timeout, doubled so many times. RFC 6298, 5.5 and 2.5. */
function backedOff(timeout: Micros, times: number): Micros {
  return Math.min(timeout * (1 << Math.min(times, 20)), Math.max(RTO_MAX, timeout));
}
