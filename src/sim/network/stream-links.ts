import type { NodeId } from "../env.ts";
import { STREAM_DELIVER } from "../event.ts";
import type { Scheduler } from "../queue/scheduler.ts";
import type { Network } from "./network.ts";
import type { NetworkOptions } from "./network-options.ts";
import { StreamCarrier } from "./stream-carrier.ts";
import {
  acknowledge,
  type Outgoing,
  type StreamEnd,
  takeIn,
  UNKNOWN,
} from "./stream-connection.ts";
import { contentOf, LOST, type Segment, type StreamEvent } from "./stream-segment.ts";
import { type StreamLinksState, StreamSender } from "./stream-sender.ts";
import { StreamWeather } from "./stream-weather.ts";
import type { Wire } from "./wire.ts";

/** What streams need of the simulation around them. */
export interface StreamSurroundings {
  readonly scheduler: Scheduler;
  readonly network: Network;
  readonly hosts: readonly { readonly id: NodeId; readonly node: unknown }[];
  /** Tells how large messages are, for the faults that count bytes. */
  readonly wire: Wire;
}

/**
 * Links that are streams: TCP, as a program sees it that sends and receives messages. The first
 * message opens a connection, one for each pair of hosts; messages wait for the handshake, and then
 * arrive in order and exactly once as long as the connection lives. What is lost is sent again
 * after a timeout, and what comes behind it waits.
 *
 * Each end knows only what has reached it: that the connection is gone it learns from a reset, by
 * connecting in vain, or when nothing is acknowledged for too long. Then its program is told by
 * `onDisconnect`, what was not delivered is lost, and the next send connects anew. A message is
 * delivered at most once, and never after one that its sender sent on a later connection. A
 * program that has neither sent nor received anything on a connection does not hear of its end.
 *
 * Left out: windows and their limits, slow start, fast retransmission, keepalive, and orderly
 * closing, as a process that ends resets its connections. A message is one segment. An
 * acknowledgement that is under way when a cut begins arrives.
 * Source: RFC 9293 (connections), RFC 6298 (timeouts), RFC 5482 (user timeout).
 */
export class StreamLinks {
  readonly weather: StreamWeather;
  /** Whether any link is a stream. */
  readonly isUsed: boolean;
  readonly #world: StreamSurroundings;
  readonly #hostCount: number;
  readonly #carrier: StreamCarrier;
  readonly #sender: StreamSender;

  constructor(
    world: StreamSurroundings,
    { seed, options }: { readonly seed: string; readonly options: NetworkOptions },
  ) {
    this.#world = world;
    this.isUsed = [options, ...options.links].some(({ transport }) => transport === "stream");
    const ids = this.isUsed ? world.hosts.map(({ id }) => id) : [];
    this.#hostCount = ids.length;
    this.#carrier = new StreamCarrier(world.network, ids, { seed, options });
    this.weather = new StreamWeather(seed, ids, {
      wire: world.wire,
      doom: (link, id, fault, after) =>
        this.#sender.schedule(link, { type: "break", id, fault }, world.scheduler.now + after),
    });
    this.#sender = new StreamSender({
      scheduler: world.scheduler,
      carrier: this.#carrier,
      weather: this.weather,
      timeouts: options,
      hostCount: ids.length,
    });
  }

  /** All that streams remember, as plain data. */
  get state(): StreamLinksState {
    return this.#sender.state;
  }

  /** Goes on from the state of another run over the same hosts. */
  restore(state: StreamLinksState): void {
    this.#sender.state = state;
    this.weather.state = state.weather;
  }

  /** Whether messages from one host to another go through a stream. */
  isStream(from: number, to: number): boolean {
    return this.isUsed && this.#carrier.isStream(this.linkOf(from, to));
  }

  /** The number of a link. */
  linkOf(from: number, to: number): number {
    return from * this.#hostCount + to;
  }

  /** A program sends a message; without a connection, this opens one. */
  send(from: number, to: number, message: unknown): void {
    this.#sender.send(this.linkOf(from, to), message);
  }

  /** Plays an event of a stream. */
  play(from: number, to: number, event: StreamEvent, sequence: number): void {
    const link = this.linkOf(from, to);
    if (event.type === "timer") this.#sender.onTimer(link, event.id);
    else if (event.type === "break") this.#break(link, event.id, event.fault);
    else if (!this.#carrier.isSevered(link, event, sequence)) this.#receive(link, event);
  }

  /**
   * A host went down, up or not. A process that stops resets its connections, and its host refuses
   * new ones; a machine that loses its power forgets them, and answers nothing until it boots.
   */
  goDown(host: number, kind: "crash" | "stop" | "wipe"): void {
    if (!this.isUsed) return;
    const { ends, off } = this.state;
    if (kind !== "stop") off.add(host);
    for (let peer = 0; peer < this.#hostCount; peer++) {
      const link = this.linkOf(host, peer);
      const end = ends.get(link);
      if (end === undefined) continue;
      ends.delete(link);
      if (kind === "stop" && peer !== host) this.#reset(link, end.id, end.peerId);
    }
  }

  /** A host boots: it answers again, and knows of no connection. */
  boot(host: number): void {
    this.state.off.delete(host);
  }

  #receive(link: number, segment: Segment): void {
    const host = link % this.#hostCount;
    const { network, hosts } = this.#world;
    network.observer?.onSegment?.(Math.floor(link / this.#hostCount), host, contentOf(segment));
    if (this.state.off.has(host)) return;
    const back = this.#sender.back(link);
    const end = this.state.ends.get(back);
    if (segment.type === "reset") {
      if (end?.id === segment.peerId) this.#sender.close(back, end);
    } else if (hosts[host]!.node === undefined) {
      this.#refuse(back, segment);
    } else if (segment.type === "connect") {
      this.#accept(back, end, segment);
    } else if (end === undefined || !belongs(segment, end)) {
      this.#refuse(back, segment);
    } else {
      if (end.peerId === UNKNOWN) this.#sender.establish(back, end, segment.id);
      if (segment.type === "data") this.#takeIn(link, end, segment.outgoing);
    }
  }

  /** A connect has come to where the link `back` begins. */
  #accept(
    back: number,
    end: StreamEnd | undefined,
    connect: Segment & { readonly type: "connect" },
  ): void {
    const { id: peerId, attempt } = connect;
    if (this.weather.refuses(this.#sender.back(back), peerId)) {
      this.#refuse(back, connect);
      return;
    }
    let own = end;
    // A late copy of a connect whose connection is over.
    if (own !== undefined && peerId < own.peerId) return;
    if (own !== undefined && own.peerId !== UNKNOWN && own.peerId < peerId) {
      // The peer has begun anew: of the old connection it knows nothing any more.
      this.#sender.close(back, own);
      own = undefined;
    }
    own ??= this.#sender.open(back, peerId);
    this.#sender.put(back, { type: "accept", id: own.id, peerId, attempt });
    // Both had sent a connect: RFC 9293, 3.5, simultaneous connection.
    if (own.peerId === UNKNOWN) this.#sender.establish(back, own, peerId);
  }

  /** A message has come: it, and what has waited for it, goes to the program. */
  #takeIn(link: number, end: StreamEnd, outgoing: Outgoing): void {
    const { scheduler } = this.#world;
    const [from, to] = [Math.floor(link / this.#hostCount), link % this.#hostCount];
    // Events of their own: in one step, one handler runs.
    for (const message of takeIn(end, outgoing)) {
      scheduler.schedule(scheduler.now, STREAM_DELIVER, to, from, message);
    }
    const back = this.#sender.back(link);
    // An acknowledgement is no event: its receiver looks at it when it sends, or its timer fires.
    const at = this.#sender.travel(back, { type: "acknowledge", id: end.id, outgoing });
    const sender = this.state.ends.get(link);
    if (at === LOST || sender?.id !== end.peerId) return;
    acknowledge(sender, end.expected, outgoing, at);
    if (sender.isBlocked) this.#sender.arm(link, sender);
  }

  /** The answer to a segment of a connection that is not known here. */
  #refuse(back: number, segment: Exclude<Segment, { readonly type: "reset" }>): void {
    const attempt = "outgoing" in segment ? segment.outgoing.attempts : segment.attempt;
    this.#sender.put(back, { type: "reset", id: 0, peerId: segment.id, attempt });
  }

  /** Tells the peer that a connection is gone, if the peer can know of it; whether that arrives. */
  #reset(link: number, id: number, peerId: number): boolean {
    if (peerId === UNKNOWN) return false;
    return this.#sender.put(link, { type: "reset", id, peerId, attempt: 0 }) !== LOST;
  }

  /** A fault ends a connection: both ends are reset. */
  #break(link: number, id: number, fault: number): void {
    const end = this.state.ends.get(link);
    if (end?.id !== id || !this.weather.isGoingOn(fault)) return;
    const isToldHere = this.#reset(this.#sender.back(link), end.peerId, end.id);
    const isToldThere = this.#reset(link, end.id, end.peerId);
    if (isToldHere || isToldThere) this.weather.hasBitten(fault);
  }
}

/** Whether a segment belongs to the connection of this end, to which it may bring the number. */
function belongs(
  segment: Exclude<Segment, { readonly type: "connect" | "reset" }>,
  { id, peerId }: StreamEnd,
): boolean {
  if (segment.type === "acknowledge") return false;
  return segment.peerId === id && (peerId === UNKNOWN || peerId === segment.id);
}
