import { assert } from "../assert.ts";
import { type SyncScope, VirtualDisk } from "../disk/disk.ts";
import type { CrashDamage } from "../disk/disk-crash.ts";
import { type DiskOptions, syncLatencyOn } from "../disk/disk-options.ts";
import { type Draw, delayOf, striker } from "../disk/disk-trouble.ts";
import type { Env, Node, NodeId, Plain } from "../env.ts";
import type { HostView } from "../invariant.ts";
import type { Scheduler } from "../queue/scheduler.ts";
import { type Distribution, type Sampler, sample, sampler } from "../random/distribution.ts";
import type { Noise, RandomPosition, RandomStream, Streams } from "../random/random.ts";
import type { Micros } from "../time.ts";
import { Behaviours, type BehavioursState } from "./behaviours.ts";
import { Clock, type ClockOptions, type ClockState } from "./clock.ts";
import { type CrashPoint, CrashPoints, type CrashPointsState } from "./crash-points.ts";
import { Inbox, type InboxState } from "./inbox.ts";
import { type Gauge, Memory, type MemoryState } from "./memory.ts";
import { type PendingSync, takeOut } from "./pending-sync.ts";
import type { Conduct, Program } from "./program.ts";
import { Timers, type TimersState } from "./timers.ts";

/** What a host needs of the simulation around it. */
export interface Surroundings<Message> {
  readonly scheduler: Scheduler;
  readonly streams: Streams;
  readonly disk: DiskOptions;
  readonly clocks: ClockOptions;
  readonly cpuNoise: Noise;
  /** The draws of faults of disks. */
  readonly drawTrouble: Draw;
  /** The kinds of event that a host schedules for itself. */
  readonly timerKind: number;
  readonly syncedKind: number;
  readonly wakeKind: number;
  /** What each event costs the host; undefined for nothing. */
  cost(host: NodeId): Distribution | undefined;
  /** The world as the node on this host is to see it. */
  env(host: Host<Message>): Env<Message>;
  conduct(host: Host<Message>): Conduct;
  send(from: Host<Message>, to: NodeId, message: Message): void;
  emit(host: Host<Message>, event: string, data: Plain): void;
  readonly buggify: ((host: NodeId, site: string) => boolean) | undefined;
  /** The power fails at a point of the program: the host is to be held so many times. */
  onTrap(host: Host<Message>, times: number): void;
}

/** A host as plain data. */
export interface HostState {
  downs: number;
  life: number;
  /** Whether the machine has been switched off since its last boot. */
  isCold: boolean;
  readonly syncs: PendingSync[];
  /** How many syncs were begun. */
  syncCount: number;
  readonly timers: TimersState;
  readonly clock: ClockState;
  readonly inbox: InboxState;
  readonly memory: MemoryState;
  readonly points: CrashPointsState;
  readonly behaviours: BehavioursState;
}

/** Thrown through a handler whose node is no more; nothing that it does from there on counts. */
class CutShort extends Error {
  override readonly name = "CutShort";
}

/**
 * The machine, which survives a crash, and the node on it, which does not. Owns the disk, the
 * clock, the timers, the inbox and the count of lives.
 */
export class Host<Message = unknown, View = unknown> implements HostView<View> {
  readonly id: NodeId;
  readonly index: number;
  readonly role: "server" | "client";
  readonly disk: VirtualDisk;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly inbox: Inbox;
  readonly memory = new Memory();
  readonly points = new CrashPoints();
  readonly behaviours = new Behaviours();
  /** The node's own stream of random numbers. */
  readonly random: RandomStream;
  node: (Node<Message> & View) | undefined;
  state: HostState;
  /** Whether something waits at a point of the program, or its handler is being cut short. */
  isAlert = false;
  /** While a handler that was cut short unwinds: where its random numbers stood. */
  #cutAt: RandomPosition | undefined;
  readonly #program: Program<Message, View>;
  readonly #surroundings: Surroundings<Message>;
  readonly #diskRandom: RandomStream;
  readonly #syncLatency: Sampler;

  constructor(
    { id, index, role }: Pick<HostView, "id" | "index" | "role">,
    program: Program<Message, View>,
    surroundings: Surroundings<Message>,
  ) {
    const { scheduler, streams, cpuNoise, timerKind, wakeKind } = surroundings;
    this.id = id;
    this.index = index;
    this.role = role;
    this.#program = program;
    this.#surroundings = surroundings;
    const { disk, drawTrouble } = surroundings;
    const { sectorBytes, capacityBytes } = disk;
    this.disk = new VirtualDisk(sectorBytes, { capacityBytes, draw: drawTrouble });
    this.#syncLatency = sampler(syncLatencyOn(id, disk));
    this.#diskRandom = streams.stream(`disk ${id}`);
    this.random = streams.stream(`node ${id}`);
    this.clock = new Clock(id, surroundings.clocks);
    this.inbox = new Inbox(scheduler, wakeKind, cpuNoise, { id, index });
    this.timers = new Timers(scheduler, timerKind, index, this);
    const cost = surroundings.cost(id);
    if (cost !== undefined) this.inbox.load(cost);
    this.state = {
      ...{ downs: 0, life: 0, isCold: false, syncs: [], syncCount: 0 },
      ...{ timers: this.timers.state, clock: this.clock.state, inbox: this.inbox.state },
      ...{ memory: this.memory.state, points: this.points.state },
      behaviours: this.behaviours.state,
    };
  }

  get life(): number {
    return this.state.life;
  }

  now(): Micros {
    return this.clock.monotonic(this.#surroundings.scheduler.now);
  }

  get inboxCount(): number {
    return this.inbox.count;
  }

  get inboxCountMax(): number {
    return this.inbox.state.countMax;
  }

  get gauges(): ReadonlyMap<string, Readonly<Gauge>> {
    return this.memory.state.gauges;
  }

  durable(file: string): ReturnType<VirtualDisk["durable"]> {
    return this.disk.durable(file);
  }

  get mayBoot(): boolean {
    return this.state.downs === 0 && this.node === undefined;
  }

  /** Makes a node with the memory of a new one; its `onStart` is the caller's to call. */
  boot(): Node<Message> & View {
    assert(this.mayBoot, "up already, or held down:", this.id);
    this.state.life++;
    if (this.state.isCold) this.clock.powerOn(this.#surroundings.scheduler.now);
    this.state.isCold = false;
    this.node = this.#makeNode();
    return this.node;
  }

  /**
   * Goes on from a state; `slots` has the new place of each slot of the scheduler of then. If the
   * node was up, it is made anew and has the memory that it had.
   */
  restore(
    state: HostState,
    slots: ReadonlyMap<number, number>,
    node: { readonly isUp: boolean; readonly memory: unknown },
  ): void {
    for (const sync of state.syncs) sync.slot = slots.get(sync.slot)!;
    this.state = state;
    this.timers.restore(state.timers, slots);
    this.inbox.restore(state.inbox, slots);
    this.clock.restore(state.clock);
    this.memory.state = state.memory;
    this.points.state = state.points;
    this.behaviours.state = state.behaviours;
    this.isAlert = this.points.isArmed;
    if (!node.isUp) return;
    this.node = this.#makeNode();
    this.node.state = node.memory;
  }

  #makeNode(): Node<Message> & View {
    return this.#program(this.#surroundings.env(this), this.#surroundings.conduct(this));
  }

  /** Keeps the host down until as many `release`s have followed; true if it was up. */
  hold(): boolean {
    this.state.downs++;
    return this.die();
  }

  /** Undoes one `hold`; true if the host may boot now. */
  release(): boolean {
    assert(this.state.downs > 0, "not held down:", this.id);
    return --this.state.downs === 0;
  }

  /** Ends the node, with all that it waits for and all that waits for it; true if it was up. */
  die(): boolean {
    const wasUp = this.node !== undefined;
    this.node = undefined;
    this.timers.clear();
    for (const { slot } of this.state.syncs) this.#surroundings.scheduler.cancel(slot);
    this.state.syncs.length = 0;
    this.inbox.clear();
    this.memory.clear();
    return wasUp;
  }

  /** What the disk loses when the power goes. */
  losePower(): CrashDamage {
    this.state.isCold = true;
    return this.disk.crash(this.#surroundings.streams.stream(`crash ${this.id}`));
  }

  /** The power goes, and leaves just these files, which are taken over. */
  losePowerTo(files: ReadonlyMap<string, Uint8Array>): void {
    this.state.isCold = true;
    this.disk.become(files);
  }

  /** Sets the disk to make durable what was written so far in the scope. */
  sync(token: string, scope: SyncScope): void {
    const { scheduler, syncedKind, drawTrouble } = this.#surroundings;
    const { troubles, written } = this.disk.state;
    const number = this.state.syncCount++;
    let latency = sample(this.#syncLatency, this.#diskRandom.int(0, 0xffff_ffff));
    if (troubles.length !== 0) latency += delayOf(troubles, number, drawTrouble);
    const sync: PendingSync = { token, number, scope, covers: written, slot: 0, error: undefined };
    const at = scheduler.now + latency;
    sync.slot = scheduler.schedule(at, syncedKind, this.index, this.index, sync);
    this.state.syncs.push(sync);
  }

  /** The sync's event has come: what it covers is durable, or the disk says why not. */
  syncCompletes(sync: PendingSync): void {
    const { disk } = this;
    const { covers, scope, number } = sync;
    takeOut(this.state.syncs, sync);
    const { troubles } = disk.state;
    if (troubles.length !== 0) {
      const trouble = striker(troubles, "failedSync", number, this.#surroundings.drawTrouble);
      if (trouble !== undefined) {
        trouble.struck++;
        disk.abandon(covers, scope);
        sync.error = { kind: "io" };
        return;
      }
    }
    disk.settle(covers, scope);
  }

  /** Lets the power fail at a point of the program, when it has been passed `after` times. */
  arm(point: CrashPoint, after: number): number {
    const number = this.points.arm(point, after);
    this.isAlert = true;
    return number;
  }

  /** Undoes {@link arm}; true if the host is held for it. */
  disarm(number: number): boolean {
    const hasSprung = this.points.disarm(number);
    this.isAlert = this.points.isArmed;
    return hasSprung;
  }

  /** The program has come to a point; true if the power fails there. */
  isTrapped(point: CrashPoint): boolean {
    const times = this.points.pass(point);
    if (times > 0) this.#surroundings.onTrap(this, times);
    return times > 0;
  }

  /** Ends the handler that runs, whose node is no more, right where it is. */
  cutShort(): never {
    this.isAlert = true;
    this.#cutAt ??= this.random.position();
    throw new CutShort(`the node on ${this.id} is no more`);
  }

  /** Whether a handler was cut short and has not been left yet. */
  get isCutShort(): boolean {
    return this.#cutAt !== undefined;
  }

  /** The handler has been left, by whatever way; what it drew after the cut is put back. */
  leaveHandler(): void {
    if (this.#cutAt !== undefined) this.random.restore(this.#cutAt);
    this.#cutAt = undefined;
    this.isAlert = this.points.isArmed;
  }
}
