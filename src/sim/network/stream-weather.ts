import { assert } from "../assert.ts";
import type { NodeId } from "../env.ts";
import { Noise, subjectKey } from "../random/random.ts";
import type { Micros } from "../time.ts";
import type { Outgoing } from "./stream-connection.ts";
import { LOST, type Segment } from "./stream-segment.ts";
import type { Wire } from "./wire.ts";

/** What a fault does to the connections that it strikes: see faults/streams.ts. */
export type StreamEffect =
  | { readonly kind: "streamDown" | "halfOpen" }
  | { readonly kind: "streamReset" | "streamTimeout"; readonly after: Micros }
  | { readonly kind: "slowClose"; readonly delay: Micros }
  | { readonly kind: "slicer"; readonly sizeBytes: number; readonly delay: Micros }
  | { readonly kind: "limitData"; readonly bytes: number };

/** A fault that begins: on which links, by number, and with which chance for each connection. */
export interface StreamStrike {
  readonly effect: StreamEffect;
  readonly links: readonly number[];
  readonly probability: number;
  /** Addresses its draws: the same for the same fault, whatever other faults there are. */
  readonly key: number;
}

interface ActiveFault extends StreamStrike {
  readonly number: number;
  isEffective: boolean;
  /** By link, the connection at hand. */
  readonly connections: Map<number, StruckConnection>;
}

/** What a fault remembers of a connection, by the number that the link's sender gave it. */
interface StruckConnection {
  readonly id: number;
  /** Whether its end has come, or will at a time that is set. */
  isDoomed: boolean;
  /** Of its messages, what has passed. */
  bytes: number;
  /** Until when the slices of earlier messages keep the link busy. */
  busyUntil: Micros;
}

/** The faults of streams that are going on, as plain data. */
export interface StreamWeatherState {
  count: number;
  readonly active: ActiveFault[];
}

/** Sets the time of a connection's end; `fault` must still be going on then. */
export type Doom = (link: number, id: number, fault: number, after: Micros) => void;

/** What faults do to the segments of streams. Several on one link act one after the other. */
export class StreamWeather {
  state: StreamWeatherState = { count: 0, active: [] };
  readonly #toxicity: Noise;
  readonly #subjects: readonly number[];
  readonly #wire: Wire;
  readonly #doom: Doom;

  constructor(
    seed: string,
    hosts: readonly NodeId[],
    { wire, doom }: { readonly wire: Wire; readonly doom: Doom },
  ) {
    this.#wire = wire;
    this.#toxicity = new Noise(seed, "stream fault");
    this.#subjects = hosts.flatMap((from) => hosts.map((to) => subjectKey(`${from}->${to}`)));
    this.#doom = doom;
  }

  /** Begins a fault and returns its number. `connection` tells that of a link now, 0 for none. */
  begin(
    strike: StreamStrike,
    { now, connection }: { readonly now: Micros; connection(link: number): number },
  ): number {
    const number = ++this.state.count;
    const fault = { ...strike, number, isEffective: false, connections: new Map() };
    this.state.active.push(fault);
    for (const link of strike.links) {
      const id = connection(link);
      if (id === 0 || !this.#strikes(fault, link, id)) continue;
      this.#remember(fault, link, id, now);
      if (strike.effect.kind === "streamDown") this.#doomOnce(fault, link, 0);
    }
    return number;
  }

  end(number: number): void {
    const { active } = this.state;
    active.splice(active.indexOf(this.#fault(number)), 1);
  }

  /** Whether the fault has made a difference so far. */
  isEffective(number: number): boolean {
    return this.#fault(number).isEffective;
  }

  isGoingOn(number: number): boolean {
    return this.state.active.some((fault) => fault.number === number);
  }

  /** The fault has made a difference. */
  hasBitten(number: number): void {
    this.#fault(number).isEffective = true;
  }

  /** Whether a connect that has come over the link is refused. */
  refuses(link: number, id: number): boolean {
    let isRefused = false;
    for (const fault of this.state.active) {
      if (fault.effect.kind !== "streamDown" || !this.#strikes(fault, link, id)) continue;
      fault.isEffective = isRefused = true;
    }
    return isRefused;
  }

  /**
   * How much longer a segment is under way that nothing else has stopped, or LOST.
   */
  delay(link: number, segment: Segment, now: Micros): Micros | typeof LOST {
    let sum = 0;
    // A reset by a host that knows of no such connection goes by the number that it answers.
    const id = segment.type === "reset" && segment.id === 0 ? segment.peerId : segment.id;
    for (const fault of this.state.active) {
      if (!this.#strikes(fault, link, id)) continue;
      const delay = this.#delayBy(fault, link, id, { segment, now: now + sum });
      if (delay === LOST) {
        fault.isEffective = true;
        return LOST;
      }
      if (delay > 0) fault.isEffective = true;
      sum += delay;
    }
    return sum;
  }

  #delayBy(
    fault: ActiveFault,
    link: number,
    id: number,
    { segment, now }: { readonly segment: Segment; readonly now: Micros },
  ): Micros | typeof LOST {
    const { effect } = fault;
    switch (effect.kind) {
      case "streamDown":
        return 0;
      case "slowClose":
        return segment.type === "reset" ? effect.delay : 0;
      case "halfOpen":
        return fault.connections.get(link)?.id === segment.id ? LOST : 0;
      case "streamTimeout":
        this.#remember(fault, link, id, now);
        return segment.type === "data" ? LOST : 0;
      case "streamReset":
        if (segment.type !== "data") return 0;
        this.#remember(fault, link, id, now);
        this.#doomOnce(fault, link, effect.after);
        return LOST;
      case "limitData":
      case "slicer":
        if (segment.type !== "data") return 0;
        this.#remember(fault, link, id, now);
        return effect.kind === "slicer"
          ? slice(effect, fault.connections.get(link)!, this.#sizeOf(segment.outgoing), now)
          : this.#limit(fault, link, effect.bytes, segment.outgoing);
    }
  }

  #limit(
    fault: ActiveFault,
    link: number,
    bytes: number,
    outgoing: Outgoing,
  ): Micros | typeof LOST {
    const connection = fault.connections.get(link)!;
    // What is sent again has been counted.
    if (outgoing.attempts === 1) connection.bytes += this.#sizeOf(outgoing);
    if (connection.bytes <= bytes) return 0;
    this.#doomOnce(fault, link, 0);
    return LOST;
  }

  /** The record of this connection, and no longer that of the one before it on the link. */
  #remember(fault: ActiveFault, link: number, id: number, now: Micros): void {
    if (fault.connections.get(link)?.id === id) return;
    fault.connections.set(link, { id, isDoomed: false, bytes: 0, busyUntil: now });
    const { effect } = fault;
    if (effect.kind === "streamTimeout") this.#doomOnce(fault, link, effect.after);
  }

  #doomOnce(fault: ActiveFault, link: number, after: Micros): void {
    const connection = fault.connections.get(link)!;
    if (connection.isDoomed) return;
    connection.isDoomed = true;
    this.#doom(link, connection.id, fault.number, after);
  }

  /** Drawn once for each connection and direction. */
  #strikes({ links, probability, key }: ActiveFault, link: number, id: number): boolean {
    if (!links.includes(link)) return false;
    return this.#toxicity.draw(this.#subjects[link]! ^ key, id) < probability * 2 ** 32;
  }

  #sizeOf({ message }: Outgoing): number {
    return this.#wire.sizeOf(message);
  }

  #fault(number: number): ActiveFault {
    const fault = this.state.active.find((other) => other.number === number);
    assert(fault !== undefined, "no such fault of streams is going on:", number);
    return fault;
  }
}

/** The delay until the last slice leaves; each keeps the link busy for `delay`, one at a time. */
function slice(
  { sizeBytes, delay }: { readonly sizeBytes: number; readonly delay: Micros },
  connection: StruckConnection,
  messageBytes: number,
  now: Micros,
): Micros {
  const count = Math.max(1, Math.ceil(messageBytes / sizeBytes));
  const start = Math.max(now, connection.busyUntil);
  connection.busyUntil = start + count * delay;
  return start - now + (count - 1) * delay;
}
