// The world of one node outside any simulation: nothing happens in it but what the test does.

import { type SyncScope, VirtualDisk } from "../../src/sim/disk/disk.ts";
import type { Disk, DiskError, Env, NodeId, Plain } from "../../src/sim/env.ts";
import type { Random } from "../../src/sim/random/random.ts";
import type { Micros } from "../../src/sim/time.ts";

/** A message on its way. */
export interface Sent<Message> {
  readonly to: NodeId;
  readonly message: Message;
}

/** An Env whose clock, timers and disk the test moves by hand. Time begins at 0. */
export class RecordingEnv<Message> implements Env<Message> {
  readonly id: NodeId;
  readonly random = new FixedRandom();
  readonly disk: ManualDisk;
  /** When each set timer is due. */
  readonly timers = new Map<string, Micros>();
  /** Every observation so far, as `[event, data]`. */
  readonly emitted: [event: string, data: Plain][] = [];
  /** Sites that fire whenever they are reached. */
  readonly firing = new Set<string>();
  /** By which the wall clock is ahead of the monotonic one. */
  wallOffset: Micros = 0;
  #sent: Sent<Message>[] = [];
  #now: Micros = 0;

  /** A second life of a node gets a new Env with the disk of the first. */
  constructor(id: NodeId, disk = new ManualDisk()) {
    this.id = id;
    this.disk = disk;
  }

  now(): Micros {
    return this.#now;
  }

  wallClock(): Micros {
    return this.#now + this.wallOffset;
  }

  send(to: NodeId, message: Message): void {
    this.#sent.push({ to, message });
  }

  setTimer(name: string, delay: Micros): void {
    this.timers.set(name, this.#now + delay);
  }

  cancelTimer(name: string): void {
    this.timers.delete(name);
  }

  emit(event: string, data?: Plain): void {
    this.emitted.push([event, data]);
  }

  buggify(site: string): boolean {
    return this.firing.has(site);
  }

  /** Lets time pass; no timer fires. */
  pass(time: Micros): void {
    this.#now += time;
  }

  /** Moves the clock to when a timer is due, unless that is past, and returns its name. */
  fire(name: string): string {
    const due = this.timers.get(name);
    if (due === undefined) throw new Error(`no timer is set: ${name}`);
    this.timers.delete(name);
    this.#now = Math.max(this.#now, due);
    return name;
  }

  /** The messages sent since the last call, in order. */
  takeSent(): readonly Sent<Message>[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }
}

/** A disk whose syncs complete when the test says so. */
export class ManualDisk extends VirtualDisk implements Disk {
  /** While set, every append is refused with it. */
  refusal: DiskError | undefined;
  /** What all files together may take; an append beyond that is refused as full. */
  capacityBytes = Number.MAX_SAFE_INTEGER;
  /** The syncs under way, oldest first, and what each covers. */
  readonly syncs: {
    readonly token: string;
    readonly written: number;
    readonly scope: SyncScope;
  }[] = [];

  /** Bytes tear at multiples of `sectorBytes`: anywhere, if nothing else is said. */
  constructor(sectorBytes = 1) {
    super(sectorBytes);
  }

  override append(file: string, bytes: Uint8Array, sizeBytes?: number): DiskError | undefined {
    if (this.refusal !== undefined) return this.refusal;
    const usedBytes = this.list().reduce((sum, name) => sum + this.sizeOf(name), 0);
    if (usedBytes + (sizeBytes ?? bytes.length) > this.capacityBytes) return { kind: "full" };
    return super.append(file, bytes, sizeBytes);
  }

  /** Leaves room for so many bytes more. */
  leaveRoom(sizeBytes: number): void {
    const usedBytes = this.list().reduce((sum, name) => sum + this.sizeOf(name), 0);
    this.capacityBytes = usedBytes + sizeBytes;
  }

  sync(token: string, file?: string): void {
    this.syncs.push({ token, written: this.written, scope: this.scopeOf(file) });
  }

  syncDirectory(token: string): void {
    this.syncs.push({ token, written: this.written, scope: "directory" });
  }

  /** Makes durable what the oldest sync covers and returns its token, for `onSynced`. */
  completeSync(): string {
    const sync = this.syncs.shift();
    if (sync === undefined) throw new Error("no sync is under way");
    this.settle(sync.written, sync.scope);
    return sync.token;
  }

  /** Cuts the power: what is not durable is lost, and so are the syncs under way. */
  loseUnsynced(): void {
    this.syncs.length = 0;
    this.crash(new FixedRandom());
  }
}

/** Draws nothing: gives the lowest number, the first item, the same order, and never a chance. */
export class FixedRandom implements Random {
  /** Which ranges were asked for. */
  readonly ranges: [low: number, high: number][] = [];
  /** What to give instead of each range's lowest number. */
  draw: (low: number, high: number) => number = (low) => low;

  int(low: number, high: number): number {
    this.ranges.push([low, high]);
    return this.draw(low, high);
  }

  chance(): boolean {
    return false;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[this.int(0, items.length - 1)]!;
  }

  shuffle<Item>(items: readonly Item[]): Item[] {
    return [...items];
  }
}
