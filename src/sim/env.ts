// The seam between a protocol and its world. Read this file first: nothing in src/protocols knows
// more of the simulator than what stands here, and real sockets could implement it as well.

import type { Random } from "./random/random.ts";
import type { Micros } from "./time.ts";

/** The name of a host and of the node that runs on it: `n1`, `c1`. */
export type NodeId = string;

/**
 * Data without behaviour: what messages, states, operations and plans are made of.
 * Byte arrays are values: replace them, never write into one that has been sent or stored.
 */
export type Plain =
  | undefined
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Plain[]
  | { readonly [key: string]: Plain }
  | ReadonlyMap<Plain, Plain>
  | ReadonlySet<Plain>;

/** The world as one node sees it, for one life of the node: a restart makes a new one. */
export interface Env<Message> {
  readonly id: NodeId;
  /** This node's own stream of random numbers. */
  readonly random: Random;
  readonly disk: Disk;
  /**
   * Monotonic time at this host's own rate. Its zero means nothing to other hosts, nor to the next
   * life of this node, as it may be another one: do not keep such times on the disk.
   */
  now(): Micros;
  /** Microseconds since 1970 as this host believes; may be wrong, and jump in both directions. */
  wallClock(): Micros;
  /**
   * Hands a message to the network: it may be lost, late, twice, out of order. On a stream it
   * arrives in order and once, unless `onDisconnect` tells that the connection is gone.
   */
  send(to: NodeId, message: Message): void;
  /** Sets a timer `delay` from now by `now()`; setting a timer that is set replaces it. */
  setTimer(name: string, delay: Micros): void;
  /** Cancels a timer; one that is not set is left in peace. */
  cancelTimer(name: string): void;
  /**
   * Reports an observation. Five names have a meaning: `invoke`, `ok`, `fail` and `info` make the
   * history, and `gauge`, with `{ name, bytes }`, says how large something in memory is now.
   */
  emit(event: string, data?: Plain): void;
  /**
   * Whether to do, at this site of the program, what is rare but legal; false outside a simulation.
   * Of the sites that a scenario names, a quarter is armed in each plan; those fire a quarter of
   * the time, until the plan is calm.
   */
  buggify(site: string): boolean;
}

/** A program: its handlers run to completion, one at a time; all effects go through the Env. */
export interface Node<Message, State = unknown> {
  /** All of the node's memory, plain data, changed in place by its handlers. Lost in a crash. */
  state: State;
  /** After boot and after every restart: recover from the disk here. */
  onStart(): void;
  onMessage(from: NodeId, message: Message): void;
  onTimer?(name: string): void;
  /** A sync has finished; with an error, nothing that it was to make durable is safe. */
  onSynced?(token: string, error?: DiskError): void;
  /** The connection with `peer` is gone, and what it had not delivered; stream links only. */
  onDisconnect?(peer: NodeId): void;
  /** The workload hands an operation to this client; it emits `invoke` and later an outcome. */
  onOperation?(operation: Operation): void;
}

/** One thing that a client is asked to do; what it means is the protocol's affair. */
export interface Operation {
  /** Unique within the plan, and kept when other operations are removed from it. */
  readonly id: string;
  readonly [field: string]: Plain;
}

/** Why the disk refused or failed: `full` may pass when space is freed, `io` is for good. */
export interface DiskError {
  readonly kind: "full" | "io";
}

/**
 * Named files of bytes. A write is seen by reads at once, and is durable when a sync of it that was
 * called after it has come back to `onSynced` without an error. Until then a crash may lose it,
 * keep it, or keep a part: any sectors, in any order, with or without the file's new size. The same
 * is true of names: a new name, a rename and a removal may be kept whatever becomes of the bytes.
 * After an error nothing is known of what the sync covered, and no later sync makes it durable:
 * write it again. A refused write changes nothing.
 */
export interface Disk {
  /** The file's bytes as last written, a copy; undefined when there is no such file. */
  read(file: string): Uint8Array | undefined;
  /** The file's size in bytes as last written; 0 when there is no such file. */
  sizeOf(file: string): number;
  /** Names of all files, sorted. */
  list(): readonly string[];
  /**
   * Adds bytes at the end, all or the first `sizeBytes`; makes the file when there is none. The
   * bytes are copied.
   */
  append(file: string, bytes: Uint8Array, sizeBytes?: number): DiskError | undefined;
  /** Overwrites from `offset`, which lies within or at the end of the file. Bytes are copied. */
  write(file: string, bytes: Uint8Array, offset: number): DiskError | undefined;
  /** Cuts the file to `sizeBytes`, at most its size. */
  truncate(file: string, sizeBytes: number): DiskError | undefined;
  /** Gives the file a new name; a file of that name is replaced. */
  rename(from: string, to: string): DiskError | undefined;
  remove(file: string): DiskError | undefined;
  /**
   * Makes durable all that was written so far, names and all; with a file, its bytes and its size
   * and not its name. `onSynced(token)` tells when it is done.
   */
  sync(token: string, file?: string): void;
  /** Makes the names durable that files have now, and not their bytes; tells as `sync` does. */
  syncDirectory(token: string): void;
}
