import { assert } from "../assert.ts";
import type { DiskError } from "../env.ts";
import type { Random } from "../random/random.ts";
import { type CrashDamage, damageOf, decide, drawChoice, imageAfter } from "./disk-crash.ts";
import { allImages } from "./disk-crash-states.ts";
import {
  abandon,
  appendTo,
  cut,
  durableFile,
  type FileState,
  flipBit,
  isDirty,
  newFile,
  overwrite,
  settleFile,
  split,
} from "./disk-file.ts";
import type { FileImage } from "./disk-image.ts";
import { fateOf } from "./disk-lies.ts";
import { applyName, type NameChange } from "./disk-names.ts";
import { type Draw, smallestLimit, type Trouble } from "./disk-trouble.ts";

/** The disk as plain data. */
export interface DiskState {
  /** The directory as the node sees it. */
  names: Map<string, FileState>;
  /** The directory as a crash that keeps nothing leaves it. */
  durableNames: Map<string, FileState>;
  /** Changes of the directory that are not durable, oldest first. */
  directory: NameChange[];
  /** Files that have changes which are not durable. */
  dirty: FileState[];
  /** How many changes were made so far. */
  written: number;
  /** What the files take, as the node sees them, and what they may take. */
  usedBytes: number;
  limitBytes: number;
  /** Faults at work, in the order in which they began. */
  troubles: Trouble[];
}

/** What a sync makes durable: everything, the names, or the bytes and the size of one file. */
export type SyncScope = "all" | "directory" | FileState;

/** What may be left out when a disk is made. */
export interface DiskSetup {
  /** What all files together may take; 0: as much as they like. */
  readonly capacityBytes?: number;
  /** Where faults take their draws. Default: always 0. */
  readonly draw?: Draw;
}

/**
 * A host's disk: files that have names, changes that wait for a sync, and what faults have made of
 * them. What a crash may leave stands in disk-crash.ts.
 */
export class VirtualDisk {
  readonly state: DiskState;
  readonly #sectorBytes: number;
  readonly #capacityBytes: number;
  readonly #draw: Draw;

  /** A crash tears writes only at multiples of `sectorBytes`. */
  constructor(sectorBytes: number, { capacityBytes = 0, draw = () => 0 }: DiskSetup = {}) {
    assert(sectorBytes >= 1, "bytes a sector:", sectorBytes);
    this.#sectorBytes = sectorBytes;
    this.#capacityBytes = capacityBytes === 0 ? Number.MAX_SAFE_INTEGER : capacityBytes;
    this.#draw = draw;
    this.state = {
      names: new Map(),
      durableNames: new Map(),
      directory: [],
      dirty: [],
      written: 0,
      usedBytes: 0,
      limitBytes: this.#capacityBytes,
      troubles: [],
    };
  }

  read(file: string): Uint8Array | undefined {
    const image = this.state.names.get(file)?.visible;
    return image?.bytes.slice(0, image.sizeBytes);
  }

  sizeOf(file: string): number {
    return this.state.names.get(file)?.visible.sizeBytes ?? 0;
  }

  list(): readonly string[] {
    return [...this.state.names.keys()].sort();
  }

  /**
   * What syncs have made durable of a file whose name is durable, not copied: do not write into
   * it. Of a disk that does not lie, a crash leaves it.
   */
  durable(file: string): Readonly<FileImage> | undefined {
    return this.state.durableNames.get(file)?.durable;
  }

  append(file: string, bytes: Uint8Array, sizeBytes = bytes.length): DiskError | undefined {
    const { state } = this;
    if (state.usedBytes + sizeBytes > state.limitBytes && sizeBytes > 0) return this.#refuse();
    const found = state.names.get(file) ?? this.#create(file);
    if (sizeBytes === 0) return undefined;
    if (!isDirty(found)) state.dirty.push(found);
    state.usedBytes += sizeBytes;
    appendTo(found, state.written++, bytes, sizeBytes, this.#sectorBytes);
    return undefined;
  }

  write(file: string, bytes: Uint8Array, offset: number): DiskError | undefined {
    const { state } = this;
    const sizeBefore = this.sizeOf(file);
    assert(offset <= sizeBefore, "a write beyond the end of", file, offset);
    if (offset === sizeBefore) return this.append(file, bytes);
    const growth = Math.max(0, offset + bytes.length - sizeBefore);
    if (state.usedBytes + growth > state.limitBytes && growth > 0) return this.#refuse();
    if (bytes.length === 0) return undefined;
    const found = this.#existing(file);
    this.#makeDirty(found);
    state.usedBytes += growth;
    overwrite(found, state.written++, bytes, offset, this.#sectorBytes);
    return undefined;
  }

  truncate(file: string, sizeBytes: number): DiskError | undefined {
    const { state } = this;
    const found = this.#existing(file);
    const sizeBefore = found.visible.sizeBytes;
    assert(sizeBytes <= sizeBefore, "a file is not lengthened by a cut:", file, sizeBytes);
    if (sizeBytes === sizeBefore) return undefined;
    this.#makeDirty(found);
    state.usedBytes -= sizeBefore - sizeBytes;
    cut(found, state.written++, sizeBytes, this.#sectorBytes);
    return undefined;
  }

  rename(from: string, to: string): DiskError | undefined {
    const file = this.#existing(from);
    if (from === to) return undefined;
    this.state.usedBytes -= this.sizeOf(to);
    this.#changeName({ kind: "rename", name: from, to, file });
    return undefined;
  }

  remove(name: string): DiskError | undefined {
    const file = this.#existing(name);
    this.state.usedBytes -= file.visible.sizeBytes;
    this.#changeName({ kind: "remove", name, to: undefined, file });
    return undefined;
  }

  /** The number of changes so far: what a sync that starts now covers. */
  get written(): number {
    return this.state.written;
  }

  /** What a sync of that file concerns; of all when no file is named. */
  scopeOf(file: string | undefined): SyncScope {
    return file === undefined ? "all" : this.#existing(file);
  }

  /** A sync is done: the changes in its scope numbered below `covers` are durable. */
  settle(covers: number, scope: SyncScope = "all"): void {
    const { state } = this;
    const fate = fateOf(state, this.#sectorBytes, this.#draw);
    if (state.directory.length > 0 && (scope === "all" || scope === "directory")) {
      const settled = state.directory.filter(({ number }) => number < covers);
      for (const change of settled) applyName(state.durableNames, change);
      state.directory.splice(0, settled.length);
    }
    if (scope === "directory") return;
    const { dirty } = state;
    let left = 0;
    for (const file of dirty) {
      if (scope === "all" || scope === file) {
        settleFile(file, covers, this.#sectorBytes, fate);
      }
      if (isDirty(file)) dirty[left++] = file;
    }
    dirty.length = left;
  }

  /**
   * A sync has failed: as on Linux, the bytes that it covered count as clean. Reads show them, no
   * later sync makes them durable but one of a later change of the same sector, and a crash may
   * lose them. Names and sizes are the file system's own affair: the next sync tries them again.
   * Source: Rebello et al., Can Applications Recover from fsync Failures?, USENIX ATC 2020.
   */
  abandon(covers: number, scope: SyncScope = "all"): void {
    if (scope === "directory") return;
    for (const file of this.state.dirty) {
      if (scope === "all" || scope === file) abandon(file, covers, this.#sectorBytes);
    }
  }

  /** The machine loses power: what is durable and what chance adds to it is all that is left. */
  crash(random: Random): CrashDamage {
    this.#splitAll();
    const remains = decide(this.state, drawChoice(random, this.state));
    const damage = damageOf(this.state, remains);
    this.become(imageAfter(this.state, remains));
    return damage;
  }

  /**
   * Every distinct outcome that a crash could have now, as bytes by name of file; undefined when
   * there are more than `limit`, or when it would take more than 65,536 ways to find out.
   */
  crashStates(limit: number): ReadonlyMap<string, Uint8Array>[] | undefined {
    this.#splitAll();
    return allImages(this.state, limit);
  }

  /** The disk holds just these files, all durable; the bytes are taken over. Faults stay. */
  become(files: ReadonlyMap<string, Uint8Array>): void {
    const { state } = this;
    state.names = new Map([...files].map(([name, bytes]) => [name, durableFile(bytes)]));
    state.durableNames = new Map(state.names);
    state.directory = [];
    state.dirty = [];
    state.usedBytes = 0;
    for (const bytes of files.values()) state.usedBytes += bytes.length;
  }

  /** A fault begins here. */
  afflict(trouble: Trouble): void {
    this.state.troubles.push(trouble);
    this.state.limitBytes = smallestLimit(this.state.troubles, this.#capacityBytes);
  }

  /** The fault that {@link afflict} began, by its subject. */
  trouble(subject: number): Trouble | undefined {
    return this.state.troubles.find((trouble) => trouble.subject === subject);
  }

  /** Ends it. */
  relieve(subject: number): void {
    const { state } = this;
    const place = state.troubles.findIndex((trouble) => trouble.subject === subject);
    assert(place !== -1, "no such trouble:", subject);
    state.troubles.splice(place, 1);
    state.limitBytes = smallestLimit(state.troubles, this.#capacityBytes);
  }

  /** By name, how much of each file is durable, in order of name. */
  durableSizes(): readonly (readonly [name: string, sizeBytes: number])[] {
    return [...this.state.durableNames]
      .map(([name, { durable }]) => [name, durable.sizeBytes] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Flips a bit of a durable byte, on the medium and, unless it was rewritten since, in reads. */
  rot(file: string, at: number, bit: number): void {
    const found = this.state.durableNames.get(file);
    assert(found !== undefined && at < found.durable.sizeBytes, "no durable byte:", file, at);
    flipBit(found, at, bit, this.#sectorBytes);
  }

  #splitAll(): void {
    for (const file of this.state.dirty) split(file, this.#sectorBytes);
  }

  #refuse(): DiskError {
    for (const trouble of this.state.troubles) if (trouble.kind === "full") trouble.struck++;
    return { kind: "full" };
  }

  #existing(name: string): FileState {
    const file = this.state.names.get(name);
    assert(file !== undefined, "no such file:", name);
    return file;
  }

  #create(name: string): FileState {
    const file = newFile();
    this.#changeName({ kind: "create", name, to: undefined, file });
    return file;
  }

  #changeName(change: Omit<NameChange, "number">): void {
    const { state } = this;
    const numbered = { ...change, number: state.written++ };
    applyName(state.names, numbered);
    state.directory.push(numbered);
  }

  #makeDirty(file: FileState): void {
    if (!isDirty(file)) this.state.dirty.push(file);
  }
}
