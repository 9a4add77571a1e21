import { freeze } from "immer";
import { assert, fail } from "./assert.ts";
import type { NodeId, Operation, Plain } from "./env.ts";
import { DELIVER, FAULT_BEGINS, FAULT_ENDS, OPERATION, START, SYNCED, TIMER } from "./event.ts";
import type { Fingerprint } from "./fingerprint.ts";
import { isHistoryEvent } from "./history.ts";
import type { Host, PendingSync } from "./host.ts";
import type { EventKind } from "./invariant.ts";
import type { Network } from "./network.ts";
import type { Parts } from "./parts.ts";
import { type Recorder, withoutDrafts } from "./timeline.ts";
import type { Watch } from "./watch.ts";

/** Who looks on. */
export interface Onlookers<View> {
  readonly watch: Watch<View>;
  readonly recorder: Recorder | undefined;
  /** Whether messages are frozen when they are sent. */
  readonly isStrict: boolean;
}

/** Where events meet hosts: what each kind of event does, and what handlers do to the world. */
export class Stage<Message, View> {
  readonly #parts: Parts<Message, View>;
  readonly #onlookers: Onlookers<View>;
  /** By id; without a prototype, it is looked up in a third of the time that a Map takes. */
  readonly #indexes: Record<NodeId, number> = Object.create(null);
  readonly #fingerprint: Fingerprint;
  readonly #network: Network;
  readonly #watch: Watch<View>;
  readonly #recorder: Recorder | undefined;
  readonly #isWatched: boolean;

  constructor(parts: Parts<Message, View>, onlookers: Onlookers<View>) {
    this.#parts = parts;
    this.#onlookers = onlookers;
    for (const { id, index } of parts.hosts) this.#indexes[id] = index;
    this.#fingerprint = parts.fingerprint;
    this.#network = parts.network;
    this.#watch = onlookers.watch;
    this.#recorder = onlookers.recorder;
    this.#isWatched = onlookers.watch.isNeeded;
  }

  /** Plays one event of the scheduler; throws what a handler throws. */
  play(
    kind: number,
    host: Host<Message, View>,
    from: number,
    payload: unknown,
    sequence: number,
  ): void {
    // The payloads are what simulation.ts, host.ts and fault-schedule.ts schedule, and what
    // programs send.
    switch (kind) {
      case DELIVER:
        this.#deliver(host, from, payload as Message, sequence);
        break;
      case START:
        this.#start(host);
        break;
      case TIMER:
        this.#fireTimer(host, payload as string);
        break;
      case SYNCED:
        this.#completeSync(host, payload as PendingSync);
        break;
      case OPERATION:
        this.#operate(host, payload as Operation);
        break;
      case FAULT_BEGINS:
        this.#beginFault(payload as number);
        break;
      case FAULT_ENDS:
        this.#endFault(payload as number);
        break;
      default:
        assert(false, "no such kind of event:", kind);
    }
  }

  /** A node hands a message to the network. */
  send(from: Host<Message, View>, to: NodeId, message: Message): void {
    const target = this.#indexes[to];
    if (target === undefined) fail("a message to a host that does not exist:", from.id, to);
    const sent = this.#recorder === undefined ? message : withoutDrafts(message);
    if (this.#onlookers.isStrict) freeze(sent, true);
    if (this.#isWatched) this.#watch.sent(from, to, sent);
    this.#network.send(from.index, target, sent);
  }

  /** A node reports an observation. */
  emit(host: Host<Message, View>, event: string, data: Plain): void {
    const { history, metrics, scheduler } = this.#parts;
    const plain = this.#recorder === undefined ? data : (withoutDrafts(data) as Plain);
    this.#fingerprint.mixPlain(event);
    this.#fingerprint.mixPlain(plain);
    metrics.emit(event);
    this.#watch.note("emit", host, { event, data: plain });
    if (isHistoryEvent(event)) history.record(host.id, event, plain, scheduler.now);
  }

  /** A fault holds a host down, whether it was up or not. */
  goDown(host: Host<Message, View>, kind: "crash" | "stop"): void {
    const { metrics } = this.#parts;
    if (kind === "stop") {
      this.#watch.note("stop", host, undefined);
      return;
    }
    const { kept, lost, torn } = host.losePower();
    if (lost > 0) metrics.count("crashes that lost writes");
    if (torn !== undefined) metrics.count("torn writes");
    const tear = torn === undefined ? "" : `, tore ${torn}`;
    const note = `of the writes not synced kept ${kept}, lost ${lost}${tear}`;
    this.#watch.note("crash", host, undefined, undefined, note);
  }

  #deliver(host: Host<Message, View>, from: number, message: Message, sequence: number): void {
    const sender = this.#parts.hosts[from]!.id;
    // Messages are plain data: see Env.send.
    this.#fingerprint.mixPlain(message as Plain);
    if (this.#network.isSevered(from, host.index, sequence, message)) return;
    const { node } = host;
    if (node === undefined) {
      this.#parts.metrics.count("messages to a dead host");
      this.#watch.note("lost at a dead host", host, message, sender);
      return;
    }
    if (this.#isWatched) this.#watch.note("deliver", host, message, sender);
    this.#recorder?.lend(node);
    node.onMessage(sender, message);
    this.#keep(host, "deliver");
  }

  #start(host: Host<Message, View>): void {
    if (!host.mayBoot) return;
    this.#watch.note("start", host, undefined);
    const node = host.boot();
    this.#recorder?.lend(node);
    node.onStart();
    this.#keep(host, "start");
  }

  #fireTimer(host: Host<Message, View>, name: string): void {
    this.#fingerprint.mixPlain(name);
    this.#watch.note("timer", host, name);
    host.timerFires(name);
    const { node } = host;
    assert(node?.onTimer !== undefined, "a timer was set without an onTimer:", host.id, name);
    this.#recorder?.lend(node);
    node.onTimer(name);
    this.#keep(host, "timer");
  }

  #completeSync(host: Host<Message, View>, sync: PendingSync): void {
    this.#fingerprint.mixPlain(sync.token);
    this.#watch.note("synced", host, sync.token);
    host.syncCompletes(sync);
    const { node } = host;
    if (node?.onSynced === undefined) return;
    this.#recorder?.lend(node);
    node.onSynced(sync.token);
    this.#keep(host, "synced");
  }

  #operate(host: Host<Message, View>, operation: Operation): void {
    this.#fingerprint.mixPlain(operation);
    this.#watch.note("operation", host, operation);
    const { node } = host;
    if (node === undefined) return;
    assert(node.onOperation !== undefined, "a client without an onOperation:", host.id);
    this.#recorder?.lend(node);
    node.onOperation(operation);
    this.#keep(host, "operation");
  }

  #beginFault(number: number): void {
    this.#fingerprint.mix(number);
    const hasStruck = this.#parts.faults.begin(number);
    const note = hasStruck ? undefined : "waits for its target";
    this.#watch.note("fault begins", undefined, this.#parts.faults.fault(number), undefined, note);
  }

  #endFault(number: number): void {
    this.#fingerprint.mix(number);
    this.#watch.note("fault ends", undefined, this.#parts.faults.fault(number));
    this.#parts.faults.end(number);
  }

  #keep(host: Host<Message, View>, kind: EventKind): void {
    const { steps, scheduler } = this.#parts;
    this.#recorder?.keep(host, steps, scheduler.now, kind);
  }
}
