import { assert, UsageError } from "./assert.ts";
import { Buggify } from "./buggify.ts";
import type { VirtualDisk } from "./disk/disk.ts";
import type { Draw } from "./disk/disk-trouble.ts";
import { EndlessLoopWatch } from "./endless-loop.ts";
import type { NodeId } from "./env.ts";
import {
  DELIVER,
  EVENT_KINDS,
  FAULT_BEGINS,
  FAULT_ENDS,
  NETWORK,
  OPERATION,
  START,
  WAKE,
} from "./event.ts";
import type { Evidence } from "./evidence.ts";
import type { Fault } from "./fault.ts";
import type { FaultWorld } from "./faults/definition.ts";
import { FaultAtlas } from "./faults/fault-atlas.ts";
import type { FaultCount } from "./faults/fault-count.ts";
import { FaultSchedule } from "./faults/fault-schedule.ts";
import { Fingerprint } from "./fingerprint.ts";
import { History } from "./history.ts";
import { Downfall } from "./host/downfall.ts";
import type { Host } from "./host/host.ts";
import { type Deeds, makeHosts } from "./host/make-hosts.ts";
import type { HostView, Violation } from "./invariant.ts";
import { Metrics } from "./metrics.ts";
import { Network } from "./network/network.ts";
import { StreamLinks } from "./network/stream-links.ts";
import type { Parts } from "./parts.ts";
import { NONE, Scheduler } from "./queue/scheduler.ts";
import { Noise, Streams } from "./random/random.ts";
import {
  checkAddedFault,
  checkSimulationOptions,
  type GivenOptions,
  type SimulationOptions,
  simulationOptions,
} from "./simulation-options.ts";
import { restoreSnapshot, type Snapshot, takeSnapshot } from "./snapshot.ts";
import type { Stage } from "./stage.ts";
import { resolveTarget } from "./targets.ts";
import type { Micros } from "./time.ts";
import { Recorder, type Timeline } from "./timeline.ts";
import type { TraceEntry } from "./trace.ts";
import { Watch } from "./watch.ts";
import { type Moment, Weather } from "./weather.ts";
import { makeStage } from "./witnessed-stage.ts";

/**
 * Hosts, a network, and a clock that jumps from event to event. The same options always give the
 * same run, byte for byte.
 */
export class Simulation<Message = unknown, View = unknown> {
  readonly #options: SimulationOptions<Message, View>;
  readonly #scheduler = new Scheduler();
  readonly #fingerprint = new Fingerprint();
  readonly #hosts: readonly Host<Message, View>[];
  readonly #faults: FaultSchedule;
  readonly #parts: Parts<Message, View>;
  readonly #downfall: Downfall<Message, View>;
  readonly #stage: Stage<Message, View>;
  readonly #watch: Watch<View>;
  readonly #recorder: Recorder | undefined;
  readonly #loops = new EndlessLoopWatch();
  readonly #weather = new Weather((fault) => this.#addFault(fault));

  /**
   * Starts anew, or goes on from a snapshot of a simulation with the same options. Throws a
   * UsageError when the options make no sense.
   */
  constructor(options: GivenOptions<Message, View>, snapshot?: Snapshot) {
    this.#options = simulationOptions(options);
    checkSimulationOptions(this.#options);
    const { seed, network, disk, wire, invariants, record, strict, witness } = this.#options;
    const scheduler = this.#scheduler;
    const streams = new Streams(seed);
    const buggify = new Buggify(this.#options.buggify, streams, this.#options.calm);
    const noise = new Noise(seed, "disk faults");
    const draw: Draw = (subject, n) => noise.draw(subject, n);
    const lent = { scheduler, streams, drawTrouble: draw };
    this.#hosts = makeHosts(this.#options, lent, this.#deeds(buggify));
    const ids = this.#hosts.map(({ id }) => id);
    const metrics = new Metrics();
    const net = new Network(scheduler, ids, {
      ...{ seed, options: network, wire, metrics, deliverKind: DELIVER, releaseKind: NETWORK },
    });
    const atlas = new FaultAtlas(disk.damagedHostsMax);
    const around = { scheduler, network: net, hosts: this.#hosts, wire };
    const streamLinks = new StreamLinks(around, { seed, options: network });
    this.#faults = this.#makeFaultSchedule({ network: net, streamLinks, atlas, draw });
    this.#parts = {
      ...{ steps: 0, kind: START, scheduler, streams },
      hosts: this.#hosts,
      network: net,
      streamLinks,
      faults: this.#faults,
      buggify,
      atlas,
      fingerprint: this.#fingerprint,
      history: new History(),
      metrics,
      invariants,
    };
    this.#watch = new Watch<View>(this.#parts, this.#options);
    this.#recorder = record === false ? undefined : new Recorder(record === true);
    const onlookers = { watch: this.#watch, recorder: this.#recorder, isStrict: strict, witness };
    this.#downfall = new Downfall(this.#parts, onlookers);
    this.#stage = makeStage(this.#parts, this.#downfall, onlookers);
    if (snapshot === undefined) this.#schedulePlan();
    else {
      restoreSnapshot(this.#parts, snapshot);
      this.#watch.resume(snapshot.violation);
    }
  }

  /** True time now. */
  get now(): Micros {
    return this.#scheduler.now;
  }

  /** Events so far. */
  get steps(): number {
    return this.#parts.steps;
  }

  /** 16 hexadecimal digits that stand for all that has happened so far. */
  get fingerprint(): string {
    return this.#fingerprint.toString();
  }

  /** What went wrong; nothing happens after it. */
  get violation(): Violation | undefined {
    return this.#watch.violation;
  }

  /** What there is to show for each assertion that has any, so far. */
  get evidence(): readonly Evidence[] {
    return this.#watch.evidence();
  }

  get hosts(): readonly HostView<View>[] {
    return this.#hosts;
  }

  get history(): History {
    return this.#parts.history;
  }

  get metrics(): Metrics {
    return this.#parts.metrics;
  }

  /** Of a traced run, all that happened. */
  get trace(): readonly TraceEntry[] {
    return this.#watch.trace ?? [];
  }

  /** Of a recorded run, all states. */
  get timeline(): Timeline | undefined {
    return this.#recorder?.timeline;
  }

  /** By kind of fault, `buggify <site>`, or what the network's options do: `network loss`. */
  get faults(): ReadonlyMap<string, FaultCount> {
    const { faults, buggify, network } = this.#parts;
    return new Map([...faults.account(), ...buggify.account(), ...network.account()]);
  }

  /**
   * Weather by hand, on top of the plan's: `simulation.at(ms(500)).isolate("n1").for(seconds(2))`,
   * not before now. Throws a UsageError that says what is wrong.
   */
  at(at: Micros): Moment {
    return this.#weather.at(at);
  }

  #addFault(fault: Fault): void {
    checkAddedFault(fault, this.#options, this.now);
    this.#faults.add(fault);
    this.#watch.isNeeded = true;
  }

  /** Runs all events up to a time and moves the clock there; stops early at a violation. */
  run(until: Micros): void {
    this.#weather.close();
    while (this.step(until));
    if (this.violation === undefined && until > this.now) this.#scheduler.advance(until);
  }

  /** The run is over: judges what is judged then. */
  end(): void {
    this.#watch.judgeEnd();
  }

  /** The whole world as plain data, for the constructor of another simulation. */
  snapshot(): Snapshot {
    return takeSnapshot(this.#parts, this.violation);
  }

  /** Whatever a power failure could leave of a host's disk now: see VirtualDisk.crashStates. */
  crashStates(id: NodeId, limit: number): ReturnType<VirtualDisk["crashStates"]> {
    return this.#host(id).disk.crashStates(limit);
  }

  /** The power of a host fails and comes back at once; its disk holds just these files then. */
  crash(id: NodeId, files: ReadonlyMap<string, Uint8Array>): void {
    const host = this.#host(id);
    host.hold();
    host.losePowerTo(new Map([...files].map(([name, bytes]) => [name, bytes.slice()])));
    if (host.release())
      this.#scheduler.schedule(this.now, START, host.index, host.index, undefined);
  }

  /** Runs the next event, if it is due no later than `limit`; false when there is none. */
  step(limit: Micros = Number.MAX_SAFE_INTEGER): boolean {
    const scheduler = this.#scheduler;
    const slot = this.#watch.violation === undefined ? scheduler.pop(limit) : NONE;
    if (slot === NONE) return false;
    const kind = scheduler.kind[slot]!;
    const host = this.#hosts[scheduler.host[slot]!]!;
    const from = scheduler.from[slot]!;
    const payload = scheduler.payload[slot];
    const sequence = scheduler.sequence[slot]!;
    scheduler.free(slot);
    this.#fingerprint.mixNumber(scheduler.now);
    this.#fingerprint.mix((kind << 28) ^ (from << 14) ^ host.index);
    const steps = ++this.#parts.steps;
    if (this.#watch.isNeeded) this.#watch.enter(kind, host, from, payload);
    try {
      this.#stage.play(kind, host, from, payload, sequence);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      if (!host.isCutShort) this.#downfall.giveUp(host, error);
    }
    if (host.isAlert) host.leaveHandler();
    if (this.#watch.isNeeded) this.#watch.judge();
    // What an inbox hands out at one instant came over a span of time.
    if (kind !== WAKE && this.#loops.isSuspicious(scheduler.now))
      this.#nameLoop(kind, host, payload);
    if (steps > this.#options.eventsMax) {
      this.#watch.violate("EVENT-BUDGET", `more than ${this.#options.eventsMax} events`, host.id);
    }
    if (this.#faults.isWaiting) this.#faults.wake();
    return true;
  }

  /** Too many events at one instant: while the last of them come in, their names are taken. */
  #nameLoop(kind: number, host: Host<Message, View>, payload: unknown): void {
    const message = this.#loops.name(EVENT_KINDS[kind]!, host.id, payload);
    if (message !== undefined) this.#watch.violate("ENDLESS-LOOP", message, host.id);
  }

  #schedulePlan(): void {
    const scheduler = this.#scheduler;
    for (const { index } of this.#hosts) scheduler.schedule(0, START, index, index, undefined);
    this.#faults.schedule();
    for (const { at, client, operation } of this.#options.operations) {
      const { index } = this.#host(client);
      scheduler.schedule(at, OPERATION, index, index, operation);
    }
  }

  #host(id: NodeId): Host<Message, View> {
    const host = this.#hosts.find((candidate) => candidate.id === id);
    assert(host !== undefined, "no such host:", id);
    return host;
  }

  /** The stage and all else come into being after the hosts. */
  #deeds(buggify: Buggify): Deeds<Message, View> {
    return {
      send: (from, to, message) => this.#stage.send(from, to, message),
      emit: (host, event, data) => this.#stage.emit(host, event, data),
      buggify: (host, site) => buggify.fires(host, site, this.#scheduler.now),
      onTrap: (host, times) => this.#downfall.springTrap(host, times),
    };
  }

  #makeFaultSchedule(
    lent: Pick<FaultWorld, "network" | "streamLinks" | "atlas" | "draw">,
  ): FaultSchedule {
    return new FaultSchedule(this.#options.faults, {
      ...lent,
      scheduler: this.#scheduler,
      hosts: this.#hosts,
      calm: this.#options.calm,
      beginKind: FAULT_BEGINS,
      endKind: FAULT_ENDS,
      resolve: (target) =>
        resolveTarget(target, this.#options.targets, this.#watch.world, this.#hosts),
      onDown: (index, kind) => this.#downfall.goDown(this.#hosts[index]!, kind),
      onMemoryLimit: (index) => this.#downfall.judgeMemory(this.#hosts[index]!),
      onUp: (index) => this.#scheduler.schedule(this.now, START, index, index, undefined),
    });
  }
}
