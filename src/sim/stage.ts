import { freeze } from "immer";
import { assert, fail } from "./assert.ts";
import type { Node, NodeId, Operation, Plain } from "./env.ts";
import {
  DELIVER,
  DISCONNECT,
  EVENT_KINDS,
  OPERATION,
  START,
  STREAM_DELIVER,
  SYNCED,
  TIMER,
  WAKE,
} from "./event.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { isHistoryEvent } from "./history.ts";
import type { Downfall } from "./host/downfall.ts";
import type { Host } from "./host/host.ts";
import type { WaitingEvent } from "./host/inbox.ts";
import type { PendingSync } from "./host/pending-sync.ts";
import type { Network } from "./network/network.ts";
import type { StreamLinks } from "./network/stream-links.ts";
import type { Onlookers } from "./onlookers.ts";
import type { Parts } from "./parts.ts";
import { type Recorder, withoutDrafts } from "./timeline.ts";
import type { Watch } from "./watch.ts";
import { WeatherStage } from "./weather-stage.ts";

/** Where events meet hosts: what each kind of event does, and what handlers do to the world. */
export class Stage<Message, View> {
  readonly #parts: Parts<Message, View>;
  readonly #onlookers: Onlookers<View>;
  /** By id; without a prototype, it is looked up in a third of the time that a Map takes. */
  readonly #indexes: Record<NodeId, number> = Object.create(null);
  readonly #fingerprint: Fingerprint;
  readonly #network: Network;
  /** Undefined when no link is a stream: to ask that spares most messages a look at a table. */
  readonly #streamLinks: StreamLinks | undefined;
  readonly #downfall: Downfall<Message, View>;
  readonly #weather: WeatherStage<Message, View>;
  readonly #watch: Watch<View>;
  readonly #recorder: Recorder | undefined;

  constructor(
    parts: Parts<Message, View>,
    downfall: Downfall<Message, View>,
    onlookers: Onlookers<View>,
  ) {
    this.#downfall = downfall;
    this.#weather = new WeatherStage(parts, onlookers.watch);
    this.#parts = parts;
    this.#onlookers = onlookers;
    for (const { id, index } of parts.hosts) this.#indexes[id] = index;
    this.#fingerprint = parts.fingerprint;
    this.#network = parts.network;
    this.#streamLinks = parts.streamLinks.isUsed ? parts.streamLinks : undefined;
    this.#watch = onlookers.watch;
    this.#recorder = onlookers.recorder;
  }

  /**
   * Plays one event of the scheduler, or lets it wait in its host's inbox; throws what a handler
   * throws.
   */
  play(
    kind: number,
    host: Host<Message, View>,
    from: number,
    payload: unknown,
    sequence: number,
  ): void {
    this.#parts.kind = kind;
    // The payloads are what simulation.ts and host.ts schedule, and what programs send.
    switch (kind) {
      case DELIVER:
        this.#deliver(host, from, payload as Message, sequence);
        break;
      case START:
        if (host.inbox.isOpen) this.#wait(host, { kind, from, payload, sequence });
        else this.#start(host);
        break;
      case TIMER:
        this.#timerIsDue(host, payload as string, sequence);
        break;
      case SYNCED:
        this.#completeSync(host, payload as PendingSync, sequence);
        break;
      case OPERATION:
        this.#operate(host, payload as Operation, sequence);
        break;
      case WAKE:
        this.#wake(host);
        break;
      case STREAM_DELIVER:
        this.#arrive(host, from, payload as Message, sequence);
        break;
      case DISCONNECT:
        if (!host.inbox.isOpen || host.node === undefined) this.#disconnect(host, from);
        else this.#wait(host, { kind, from, payload, sequence });
        break;
      default:
        this.#weather.play(kind, payload, { from, to: host.index, sequence });
    }
  }

  /** A node hands a message to the network. */
  send(from: Host<Message, View>, to: NodeId, message: Message): void {
    const target = this.#indexes[to];
    if (target === undefined) fail("a message to a host that does not exist:", from.id, to);
    const sent = this.#recorder === undefined ? message : withoutDrafts(message);
    if (this.#onlookers.isStrict) freeze(sent, true);
    if (this.#watch.isNeeded) this.#watch.sent(from, to, sent);
    const streams = this.#streamLinks;
    if (streams?.isStream(from.index, target)) streams.send(from.index, target, sent);
    else this.#network.send(from.index, target, sent);
  }

  /** A node reports an observation. */
  emit(host: Host<Message, View>, event: string, data: Plain): void {
    const { history, metrics, scheduler } = this.#parts;
    const plain = this.#recorder === undefined ? data : (withoutDrafts(data) as Plain);
    this.#fingerprint.mixPlain(event);
    this.#fingerprint.mixPlain(plain);
    metrics.emit(event);
    this.#watch.emitted(event, plain);
    this.#watch.note("emit", host, { event, data: plain });
    if (isHistoryEvent(event)) history.record(host.id, event, plain, scheduler.now);
    else if (event === "gauge") this.#downfall.measure(host, plain);
  }

  #deliver(host: Host<Message, View>, from: number, message: Message, sequence: number): void {
    // Messages are plain data: see Env.send.
    this.#fingerprint.mixPlain(message as Plain);
    if (this.#network.cuts.isSevered(from, host.index, sequence, message)) return;
    this.#arrive(host, from, message, sequence);
  }

  #arrive(host: Host<Message, View>, from: number, message: Message, sequence: number): void {
    if (host.node === undefined) {
      this.#parts.metrics.count("messages to a dead host");
      this.#watch.note("lost at a dead host", host, message, this.#parts.hosts[from]!.id);
      return;
    }
    if (host.inbox.isOpen) this.#wait(host, { kind: DELIVER, from, payload: message, sequence });
    else this.#receive(host, host.node, from, message);
  }

  #receive(host: Host<Message, View>, node: Node<Message>, from: number, message: Message): void {
    const sender = this.#parts.hosts[from]!.id;
    if (this.#watch.isNeeded) this.#watch.note("deliver", host, message, sender);
    this.#recorder?.lend(node);
    this.#leave(host, node.onMessage(sender, message));
  }

  #start(host: Host<Message, View>): void {
    if (!host.mayBoot) return;
    this.#watch.note("start", host, undefined);
    this.#streamLinks?.boot(host.index);
    const node = host.boot();
    this.#recorder?.lend(node);
    this.#leave(host, node.onStart());
  }

  #timerIsDue(host: Host<Message, View>, name: string, sequence: number): void {
    this.#fingerprint.mixPlain(name);
    if (!host.inbox.isOpen) {
      this.#fireTimer(host, name);
      return;
    }
    host.timers.park(name, sequence);
    this.#wait(host, { kind: TIMER, from: host.index, payload: name, sequence });
  }

  #fireTimer(host: Host<Message, View>, name: string): void {
    this.#watch.note("timer", host, name);
    host.timers.fires(name);
    const { node } = host;
    assert(node?.onTimer !== undefined, "a timer was set without an onTimer:", host.id, name);
    this.#recorder?.lend(node);
    this.#leave(host, node.onTimer(name));
  }

  /** The disk does its work whatever the processor does; only the news of it may have to wait. */
  #completeSync(host: Host<Message, View>, sync: PendingSync, sequence: number): void {
    this.#fingerprint.mixPlain(sync.token);
    host.syncCompletes(sync);
    if (sync.error !== undefined) this.#fingerprint.mixPlain(sync.error.kind);
    if (host.isAlert && host.isTrapped("after sync")) return;
    if (!host.inbox.isOpen) this.#tellSynced(host, sync);
    else this.#wait(host, { kind: SYNCED, from: host.index, payload: sync, sequence });
  }

  #tellSynced(host: Host<Message, View>, { token, error }: PendingSync): void {
    const note = error === undefined ? undefined : `failed: ${error.kind}`;
    this.#watch.note("synced", host, token, undefined, note);
    const { node } = host;
    if (node?.onSynced === undefined) return;
    this.#recorder?.lend(node);
    this.#leave(host, node.onSynced(token, error));
  }

  #operate(host: Host<Message, View>, operation: Operation, sequence: number): void {
    this.#fingerprint.mixPlain(operation);
    if (!host.inbox.isOpen || host.node === undefined) this.#perform(host, operation);
    else this.#wait(host, { kind: OPERATION, from: host.index, payload: operation, sequence });
  }

  #perform(host: Host<Message, View>, operation: Operation): void {
    this.#watch.note("operation", host, operation);
    const { node } = host;
    if (node === undefined) return;
    assert(node.onOperation !== undefined, "a client without an onOperation:", host.id);
    this.#recorder?.lend(node);
    this.#leave(host, node.onOperation(operation));
  }

  #disconnect(host: Host<Message, View>, from: number): void {
    const { node } = host;
    const peer = this.#parts.hosts[from]!.id;
    this.#parts.metrics.count("disconnects");
    this.#watch.note("disconnect", host, undefined, peer);
    if (node?.onDisconnect === undefined) return;
    this.#recorder?.lend(node);
    this.#leave(host, node.onDisconnect(peer));
  }

  /** The event goes into the inbox: for those who watch, its time is yet to come. */
  #wait(host: Host<Message, View>, event: WaitingEvent): void {
    host.inbox.put(event);
    const { metrics } = this.#parts;
    const most = host.inboxCountMax;
    if (most > metrics.gauged(INBOX_GAUGE)) metrics.gauge(INBOX_GAUGE, most);
    if (!this.#watch.isNeeded) return;
    this.#watch.enter(WAKE, host, 0, undefined);
    this.#watch.note("inbox", host, undefined, undefined, `${EVENT_KINDS[event.kind]} waits`);
  }

  /** The first event of the inbox is handled, as it would have been when it came. */
  #wake(host: Host<Message, View>): void {
    const { kind, from, payload } = host.inbox.take();
    this.#parts.kind = kind;
    this.#fingerprint.mix((kind << 28) ^ (from << 14) ^ host.index);
    if (this.#watch.isNeeded) this.#watch.enter(kind, host, from, payload);
    this.#handle(kind, host, from, payload);
    host.inbox.serve();
  }

  /** Hands an event that has arrived to the node. */
  #handle(kind: number, host: Host<Message, View>, from: number, payload: unknown): void {
    if (kind === START) {
      this.#start(host);
      return;
    }
    const { node } = host;
    assert(node !== undefined, "an event outlived its node:", host.id, EVENT_KINDS[kind]);
    // As they came to `play`.
    if (kind === DELIVER) this.#receive(host, node, from, payload as Message);
    else if (kind === TIMER) this.#fireTimer(host, payload as string);
    else if (kind === SYNCED) this.#tellSynced(host, payload as PendingSync);
    else if (kind === DISCONNECT) this.#disconnect(host, from);
    else this.#perform(host, payload as Operation);
  }

  /** The handler has returned; the timeline gets what it has made of the state. */
  #leave(host: Host<Message, View>, returned: unknown): void {
    if (returned !== undefined && isPromise(returned)) {
      const { kind } = this.#parts;
      fail("a handler has returned a promise, and nobody waits:", host.id, EVENT_KINDS[kind]);
    }
    if (this.#recorder === undefined) return;
    const { steps, scheduler } = this.#parts;
    this.#recorder.keep(host, steps, scheduler.now, EVENT_KINDS[this.#parts.kind]!);
  }
}

/** As `await` has it: what has a method `then`. */
function isPromise(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function"
  );
}

const INBOX_GAUGE = "inbox, most events";
