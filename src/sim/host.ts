import { assert, fail } from "./assert.ts";
import { type CrashDamage, VirtualDisk } from "./disk.ts";
import { type Distribution, type Sampler, sample, sampler } from "./distribution.ts";
import type { Disk, Env, Node, NodeId, Plain } from "./env.ts";
import type { HostView } from "./invariant.ts";
import type { Random, Streams } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Micros } from "./time.ts";

/**
 * Makes a node, at boot and at each restart. The node acts only in its handlers, not while it is
 * made, and keeps all that it remembers in `state`.
 */
export type Program<Message, View = unknown> = (env: Env<Message>) => Node<Message> & View;

export interface DiskOptions {
  /** Time from a sync to its completion. */
  readonly syncLatency: Distribution;
  /** What of a write a crash keeps whole or not at all. */
  readonly sectorBytes: number;
}

/** What a host needs of the simulation around it. */
export interface Surroundings<Message> {
  readonly scheduler: Scheduler;
  readonly streams: Streams;
  readonly disk: DiskOptions;
  /** The kinds of event that a host schedules for itself. */
  readonly timerKind: number;
  readonly syncedKind: number;
  send(from: Host<Message>, to: NodeId, message: Message): void;
  emit(host: Host<Message>, event: string, data: Plain): void;
  buggify(host: Host<Message>, site: string): boolean;
}

/** A sync under way: what its completion event carries. */
export interface PendingSync {
  readonly token: string;
  /** The number of writes that will be durable. */
  readonly covers: number;
  /** Its own slot in the scheduler. */
  slot: number;
}

/** A host as plain data. */
export interface HostState {
  downs: number;
  life: number;
  /** By name, the slot of the event that will fire it. */
  timers: Map<string, number>;
  syncs: Set<PendingSync>;
}

/**
 * The machine, which survives a crash, and the node on it, which does not. Owns the disk, the
 * timers and the count of lives; makes the Env.
 */
export class Host<Message = unknown, View = unknown> implements HostView<View> {
  readonly id: NodeId;
  readonly index: number;
  readonly role: "server" | "client";
  readonly disk: VirtualDisk;
  node: (Node<Message> & View) | undefined;
  state: HostState = { downs: 0, life: 0, timers: new Map(), syncs: new Set() };
  readonly #program: Program<Message, View>;
  readonly #surroundings: Surroundings<Message>;
  readonly #diskRandom: Random;
  readonly #syncLatency: Sampler;

  constructor(
    { id, index, role }: Pick<HostView, "id" | "index" | "role">,
    program: Program<Message, View>,
    surroundings: Surroundings<Message>,
  ) {
    this.id = id;
    this.index = index;
    this.role = role;
    this.#program = program;
    this.#surroundings = surroundings;
    this.disk = new VirtualDisk(surroundings.disk.sectorBytes);
    this.#syncLatency = sampler(surroundings.disk.syncLatency);
    this.#diskRandom = surroundings.streams.stream(`disk ${id}`);
  }

  get life(): number {
    return this.state.life;
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
    this.node = this.#program(this.#env());
    return this.node;
  }

  /** Puts the node of a snapshot in place: made anew, with the memory it had. */
  resume(memory: unknown): void {
    this.node = this.#program(this.#env());
    this.node.state = memory;
  }

  /** Keeps the host down until as many `release`s have followed; true if it was up. */
  hold(): boolean {
    this.state.downs++;
    const wasUp = this.node !== undefined;
    this.node = undefined;
    for (const slot of this.state.timers.values()) this.#surroundings.scheduler.cancel(slot);
    this.state.timers.clear();
    for (const { slot } of this.state.syncs) this.#surroundings.scheduler.cancel(slot);
    this.state.syncs.clear();
    return wasUp;
  }

  /** Undoes one `hold`; true if the host may boot now. */
  release(): boolean {
    assert(this.state.downs > 0, "not held down:", this.id);
    return --this.state.downs === 0;
  }

  /** What the disk loses when the power goes. */
  losePower(): CrashDamage {
    return this.disk.crash(this.#surroundings.streams.stream(`crash ${this.id}`));
  }

  /** The timer's event has come: it is no longer set. */
  timerFires(name: string): void {
    this.state.timers.delete(name);
  }

  /** The sync's event has come: what it covers is durable. */
  syncCompletes(sync: PendingSync): void {
    this.state.syncs.delete(sync);
    this.disk.settle(sync.covers);
  }

  /** A plain object, so that a test can replace one member: `{ ...env, disk }`. */
  #env(): Env<Message> {
    const { scheduler, streams } = this.#surroundings;
    return {
      id: this.id,
      random: streams.stream(`node ${this.id}`),
      disk: this.#envDisk(),
      now: () => scheduler.now,
      send: (to, message) => this.#surroundings.send(this, to, message),
      setTimer: (name, delay) => this.#setTimer(name, delay),
      cancelTimer: (name) => this.#cancelTimer(name),
      emit: (event, data) => this.#surroundings.emit(this, event, data),
      buggify: (site) => this.#surroundings.buggify(this, site),
    };
  }

  #envDisk(): Disk {
    const { disk } = this;
    return {
      read: (file) => disk.read(file),
      sizeOf: (file) => disk.sizeOf(file),
      list: () => disk.list(),
      append: (file, bytes, sizeBytes) => disk.append(file, bytes, sizeBytes),
      write: (file, bytes, offset) => disk.write(file, bytes, offset),
      truncate: (file, sizeBytes) => disk.truncate(file, sizeBytes),
      rename: (from, to) => disk.rename(from, to),
      remove: (file) => disk.remove(file),
      sync: (token) => this.#sync(token),
    };
  }

  #setTimer(name: string, delay: Micros): void {
    if (!(Number.isSafeInteger(delay) && delay >= 0)) fail("not a delay:", name, delay);
    const { scheduler, timerKind } = this.#surroundings;
    const { timers } = this.state;
    const at = scheduler.now + delay;
    const slot = timers.get(name);
    if (slot === undefined) {
      timers.set(name, scheduler.schedule(at, timerKind, this.index, this.index, name));
      return;
    }
    const moved = scheduler.reschedule(slot, at);
    if (moved !== slot) timers.set(name, moved);
  }

  #cancelTimer(name: string): void {
    const slot = this.state.timers.get(name);
    if (slot === undefined) return;
    this.#surroundings.scheduler.cancel(slot);
    this.state.timers.delete(name);
  }

  #sync(token: string): void {
    const { scheduler, syncedKind } = this.#surroundings;
    const latency = sample(this.#syncLatency, this.#diskRandom.int(0, 0xffff_ffff));
    const sync: PendingSync = { token, covers: this.disk.written, slot: 0 };
    const at = scheduler.now + latency;
    sync.slot = scheduler.schedule(at, syncedKind, this.index, this.index, sync);
    this.state.syncs.add(sync);
  }
}
