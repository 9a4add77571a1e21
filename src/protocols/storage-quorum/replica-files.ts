// The replicas of one storage node: a file each, named by its address, and what is known to be
// durable. The bytes of a file and its name are made durable by syncs of their own, so that those
// of several replicas overlap.

import type { Disk, DiskError, Env } from "../../sim/env.ts";
import type { Micros } from "../../sim/time.ts";
import { addressOf } from "./cipher.ts";
import type { Address, StorageQuorumMessage, StoreError } from "./messages.ts";

/** What a storage node remembers of its replicas, as plain data. */
export interface ReplicaFilesState<Waiting> {
  readonly replicas: Map<Address, Replica<Waiting>>;
  /** Those that are not durable yet, in the order in which they came. */
  readonly unsure: Set<Address>;
  /** Removals that are not durable yet, oldest first. */
  removals: Removal<Waiting>[];
  /** What all replicas take. */
  usedBytes: number;
  /** How many attempts to make something durable were made. */
  attempts: number;
}

export interface Replica<Waiting> {
  readonly sizeBytes: number;
  /** It was there when the node started, and may have been durable before. */
  readonly isFound: boolean;
  /** The attempt under way to make it durable; undefined when there is none. */
  attempt: number | undefined;
  areBytesDurable: boolean;
  isNameDurable: boolean;
  /** Who is to be told once it is durable, or is not going to be. */
  waiting: Waiting[];
}

interface Removal<Waiting> {
  readonly attempt: number;
  readonly waiting: Waiting;
}

/** What has become of those who waited. */
export type Settled = "durable" | "removed" | "failed";

/** What a storage node lends to its files. */
export interface ReplicaFilesSetup<Waiting> {
  /** The node's memory: in a recorded run that is another at each handler. */
  readonly state: () => ReplicaFilesState<Waiting>;
  /** Tells one of those who waited. */
  readonly onSettled: (waiting: Waiting, settled: Settled) => void;
  /** Before a sync that has failed is tried again. */
  readonly retryDelay: Micros;
}

/** The timer of a node whose {@link ReplicaFiles.retry} is then to be called. */
export const SYNC_TIMER = "sync";

const PREFIX = "replica-";

/** Nothing is stored. */
export function initialReplicaFiles<Waiting>(): ReplicaFilesState<Waiting> {
  return { replicas: new Map(), unsure: new Set(), removals: [], usedBytes: 0, attempts: 0 };
}

/** Writes, reads and removes replicas, and knows which are durable. */
export class ReplicaFiles<Waiting> {
  readonly #env: Env<StorageQuorumMessage>;
  readonly #disk: Disk;
  readonly #setup: ReplicaFilesSetup<Waiting>;

  constructor(env: Env<StorageQuorumMessage>, setup: ReplicaFilesSetup<Waiting>) {
    this.#env = env;
    this.#disk = env.disk;
    this.#setup = setup;
  }

  /**
   * Finds what an earlier life has left. Nothing of it counts as durable: where only the process
   * has ended, reads show bytes that were never made durable, or whose sync has failed; no sync
   * makes those durable unless they are written again.
   */
  recover(): void {
    for (const file of this.#disk.list()) {
      if (!file.startsWith(PREFIX)) continue;
      this.#add(file.slice(PREFIX.length), this.#disk.sizeOf(file), true);
    }
    this.retry();
  }

  /** What is known of a replica; undefined when there is none. */
  find(address: Address): Replica<Waiting> | undefined {
    return this.#setup.state().replicas.get(address);
  }

  /** Whether a crash leaves it, as far as the disk is to be believed. */
  isDurable({ areBytesDurable, isNameDurable }: Replica<Waiting>): boolean {
    return areBytesDurable && isNameDurable;
  }

  /** The addresses of all that is durable, sorted. */
  durable(): readonly Address[] {
    return [...this.#setup.state().replicas]
      .filter(([, replica]) => this.isDurable(replica))
      .map(([address]) => address)
      .sort();
  }

  /** One that was found at the start and is not durable yet; undefined when there is none. */
  unsureOfOld(): Replica<Waiting> | undefined {
    const { unsure, replicas } = this.#setup.state();
    for (const address of unsure) {
      const replica = replicas.get(address)!;
      if (replica.isFound) return replica;
    }
    return undefined;
  }

  /** Its bytes; undefined when there are none, or wrong ones, which are removed. O(size). */
  read(address: Address): Uint8Array | undefined {
    if (this.find(address) === undefined) return undefined;
    const bytes = this.#disk.read(fileOf(address));
    if (bytes !== undefined && addressOf(bytes) === address) return bytes;
    this.#env.emit("replica damaged", { address });
    this.#remove(address, "failed");
    this.#syncNames();
    return undefined;
  }

  /**
   * Writes a replica that is not there; a disk that refuses has nothing of it. Make it durable by
   * {@link sync}, or later by {@link retry}.
   */
  write(address: Address, bytes: Uint8Array): StoreError | undefined {
    const error = this.#disk.append(fileOf(address), bytes);
    if (error !== undefined) return error.kind;
    this.#add(address, bytes.length, false);
    return undefined;
  }

  /** Begins to make a replica durable: its bytes and its name. */
  sync(address: Address): void {
    this.#syncBytes(address);
    this.#syncNames();
  }

  /** Removes replicas; `waiting` is told once that is durable. */
  drop(addresses: readonly Address[], waiting: Waiting): void {
    for (const address of addresses) {
      if (this.find(address) === undefined) continue;
      this.#remove(address, "removed");
      this.#env.emit("replica dropped", { address });
    }
    const state = this.#setup.state();
    state.removals.push({ attempt: ++state.attempts, waiting });
    this.#syncNames();
  }

  /** Writes again, and syncs, what is not durable and has no sync under way. */
  retry(): void {
    const idle = [...this.#setup.state().unsure].filter((address) => this.#isIdle(address));
    const written = idle.filter((address) => this.#rewrite(address));
    for (const address of written) this.#syncBytes(address);
    if (written.length > 0) this.#syncNames();
    if (idle.some((address) => this.#isIdle(address))) this.#retryLater();
  }

  /** A sync that was begun here is over. */
  onSynced(token: string, error: DiskError | undefined): void {
    const [what, number, address] = token.split(" ");
    if (what === "names") this.#onNamesSynced(Number(number), error);
    else if (address !== undefined) this.#onBytesSynced(Number(number), address, error);
  }

  #onBytesSynced(attempt: number, address: Address, error: DiskError | undefined): void {
    const replica = this.find(address);
    // It may have been removed since, and be stored anew.
    if (replica?.attempt !== attempt) return;
    if (error !== undefined) {
      this.#fail(address, replica);
      return;
    }
    replica.areBytesDurable = true;
    this.#maybeSettle(address, replica);
  }

  /** Names are made durable together: all that there were when the sync began. */
  #onNamesSynced(until: number, error: DiskError | undefined): void {
    const state = this.#setup.state();
    for (const address of [...state.unsure]) {
      const replica = state.replicas.get(address);
      if (replica?.attempt === undefined || replica.attempt > until) continue;
      if (replica.isNameDurable) continue;
      if (error !== undefined) {
        this.#fail(address, replica);
        continue;
      }
      replica.isNameDurable = true;
      this.#maybeSettle(address, replica);
    }
    const over = state.removals.filter(({ attempt }) => attempt <= until);
    state.removals = state.removals.filter(({ attempt }) => attempt > until);
    const settled = error === undefined ? "durable" : "failed";
    for (const { waiting } of over) this.#setup.onSettled(waiting, settled);
  }

  #maybeSettle(address: Address, replica: Replica<Waiting>): void {
    if (!this.isDurable(replica)) return;
    this.#setup.state().unsure.delete(address);
    replica.attempt = undefined;
    this.#env.emit("replica stored", { address, sizeBytes: replica.sizeBytes });
    this.#tell(replica, "durable");
  }

  /** Nobody knows what the disk has of it. What was there before may be all there is: it stays. */
  #fail(address: Address, replica: Replica<Waiting>): void {
    if (!replica.isFound) {
      this.#remove(address, "failed");
      return;
    }
    replica.attempt = undefined;
    replica.areBytesDurable = false;
    replica.isNameDurable = false;
    this.#tell(replica, "failed");
    this.#retryLater();
  }

  #add(address: Address, sizeBytes: number, isFound: boolean): void {
    const state = this.#setup.state();
    const isDurable = { areBytesDurable: false, isNameDurable: false };
    state.replicas.set(address, {
      ...{ sizeBytes, isFound, attempt: undefined, waiting: [] },
      ...isDurable,
    });
    state.unsure.add(address);
    state.usedBytes += sizeBytes;
  }

  #remove(address: Address, settled: Settled): void {
    const state = this.#setup.state();
    const replica = state.replicas.get(address);
    if (replica === undefined) return;
    state.replicas.delete(address);
    state.unsure.delete(address);
    state.usedBytes -= replica.sizeBytes;
    this.#disk.remove(fileOf(address));
    this.#tell(replica, settled);
  }

  #tell(replica: Replica<Waiting>, settled: Settled): void {
    const { waiting } = replica;
    replica.waiting = [];
    for (const one of waiting) this.#setup.onSettled(one, settled);
  }

  /** Whether it is there, and nothing is under way that would make it durable. */
  #isIdle(address: Address): boolean {
    const replica = this.find(address);
    return replica !== undefined && replica.attempt === undefined && !this.isDurable(replica);
  }

  /** Whether its bytes are right, and are written once more. */
  #rewrite(address: Address): boolean {
    const bytes = this.read(address);
    if (bytes === undefined) return false;
    return this.#disk.write(fileOf(address), bytes, 0) === undefined;
  }

  #syncBytes(address: Address): void {
    const state = this.#setup.state();
    const replica = state.replicas.get(address)!;
    replica.attempt = ++state.attempts;
    this.#disk.sync(`bytes ${replica.attempt} ${address}`, fileOf(address));
  }

  #syncNames(): void {
    this.#disk.syncDirectory(`names ${this.#setup.state().attempts}`);
  }

  #retryLater(): void {
    this.#env.setTimer(SYNC_TIMER, this.#setup.retryDelay);
  }
}

/** The file that holds a replica. */
export function fileOf(address: Address): string {
  return PREFIX + address;
}
