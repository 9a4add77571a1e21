import { assert } from "./assert.ts";
import type { DiskError } from "./env.ts";
import type { Random } from "./random.ts";

/** A file as one image of the disk holds it; `bytes` may be longer than the file. */
export interface FileImage {
  bytes: Uint8Array;
  sizeBytes: number;
}

/** The disk as plain data. */
export interface DiskState {
  /** What the node reads: every write, durable or not. */
  files: Map<string, FileImage>;
  /** What a crash cannot take. */
  durable: Map<string, FileImage>;
  /** From place `first` on: writes that are in `files` and not in `durable`, oldest first. */
  pending: PendingWrite[];
  first: number;
  /** How many writes became durable or were lost: the number of the first pending one. */
  settled: number;
  /** The bytes of pending writes. */
  arena: Uint8Array;
  arenaUsed: number;
}

/** One change of a file; the bytes of a `write` lie in the arena. */
type PendingWrite =
  | { kind: "write"; file: string; offset: number; start: number; sizeBytes: number }
  | { kind: "truncate"; file: string; sizeBytes: number }
  | { kind: "rename"; file: string; to: string }
  | { kind: "remove"; file: string };

/** What a crash did to the writes that were not yet durable. */
export interface CrashDamage {
  readonly kept: number;
  readonly lost: number;
  /** The file of which one write was kept in part. */
  readonly torn: string | undefined;
}

/**
 * A host's disk. Writes reach the durable image in order, when a sync completes or when a crash
 * happens to keep them: a crash keeps a prefix of the pending writes, and of the next one perhaps
 * some leading sectors, with or without the file's new size.
 */
export class VirtualDisk {
  readonly state: DiskState = {
    files: new Map(),
    durable: new Map(),
    pending: [],
    first: 0,
    settled: 0,
    arena: new Uint8Array(256),
    arenaUsed: 0,
  };
  readonly #sectorBytes: number;

  /** A crash tears writes only at multiples of `sectorBytes`. */
  constructor(sectorBytes: number) {
    assert(sectorBytes >= 1, "bytes a sector:", sectorBytes);
    this.#sectorBytes = sectorBytes;
  }

  read(file: string): Uint8Array | undefined {
    const image = this.state.files.get(file);
    return image?.bytes.slice(0, image.sizeBytes);
  }

  sizeOf(file: string): number {
    return this.state.files.get(file)?.sizeBytes ?? 0;
  }

  list(): readonly string[] {
    return [...this.state.files.keys()].sort();
  }

  /** The durable part of a file, not copied: do not write into it. */
  durable(file: string): Readonly<FileImage> | undefined {
    return this.state.durable.get(file);
  }

  append(file: string, bytes: Uint8Array, sizeBytes = bytes.length): DiskError | undefined {
    const image = fileOf(this.state.files, file);
    return this.#write(image, file, image.sizeBytes, bytes, sizeBytes);
  }

  write(file: string, bytes: Uint8Array, offset: number): DiskError | undefined {
    const image = fileOf(this.state.files, file);
    assert(offset <= image.sizeBytes, "a write beyond the end of", file, offset);
    return this.#write(image, file, offset, bytes, bytes.length);
  }

  truncate(file: string, sizeBytes: number): DiskError | undefined {
    const image = this.#existing(file);
    assert(sizeBytes <= image.sizeBytes, "a file is not lengthened by a cut:", file, sizeBytes);
    return this.#change({ kind: "truncate", file, sizeBytes });
  }

  rename(from: string, to: string): DiskError | undefined {
    this.#existing(from);
    return this.#change({ kind: "rename", file: from, to });
  }

  remove(file: string): DiskError | undefined {
    this.#existing(file);
    return this.#change({ kind: "remove", file });
  }

  /** The number of writes so far: what a sync that starts now covers. */
  get written(): number {
    const { settled, pending, first } = this.state;
    return settled + pending.length - first;
  }

  /** Makes the first `count` writes of the disk's life durable; those that are so already stay. */
  settle(count: number): void {
    const { state } = this;
    while (state.settled < count) {
      applyTo(state.durable, state.pending[state.first]!, state.arena);
      this.#drop(1);
    }
  }

  /** The machine loses power: the durable image and what chance adds to it is all that is left. */
  crash(random: Random): CrashDamage {
    const { state } = this;
    const written = this.written;
    const kept = random.int(0, written - state.settled);
    this.settle(state.settled + kept);
    const lost = written - state.settled;
    const first = state.pending[state.first];
    const isTorn = first?.kind === "write" && random.chance(1 / 2) && this.#tear(first, random);
    const torn = isTorn ? first.file : undefined;
    this.#drop(lost);
    state.files = new Map();
    for (const [file, image] of state.durable) {
      state.files.set(file, { bytes: image.bytes.slice(), sizeBytes: image.sizeBytes });
    }
    return { kept, lost, torn };
  }

  /** Another disk takes its place, with nothing on it. */
  wipe(): void {
    this.#drop(this.written - this.state.settled);
    this.state.files = new Map();
    this.state.durable.clear();
  }

  /** Keeps leading sectors of a write, never all; false when that leaves no trace of it. */
  #tear(write: PendingWrite & { kind: "write" }, random: Random): boolean {
    const { durable, arena } = this.state;
    const end = write.offset + random.int(0, Math.max(0, write.sizeBytes - 1));
    const boundary = end - (end % this.#sectorBytes);
    const sizeBytes = Math.max(0, boundary - write.offset);
    const sizeBefore = durable.get(write.file)?.sizeBytes ?? 0;
    const reached = Math.max(sizeBefore, write.offset + sizeBytes);
    // The size may have reached the disk although the sectors did not: they read as zeros.
    const isExtended = random.chance(1 / 2) && write.offset + write.sizeBytes > reached;
    if (sizeBytes === 0 && !isExtended) return false;
    const image = fileOf(durable, write.file);
    put(image, write.offset, arena, write.start, sizeBytes);
    if (isExtended) resize(image, write.offset + write.sizeBytes);
    return true;
  }

  #existing(file: string): FileImage {
    const image = this.state.files.get(file);
    assert(image !== undefined, "no such file:", file);
    return image;
  }

  #write(
    image: FileImage,
    file: string,
    offset: number,
    bytes: Uint8Array,
    sizeBytes: number,
  ): undefined {
    const { state } = this;
    put(image, offset, bytes, 0, sizeBytes);
    const start = state.arenaUsed;
    state.arenaUsed += sizeBytes;
    state.arena = withRoom(state.arena, state.arenaUsed);
    copy(bytes, 0, state.arena, start, sizeBytes);
    state.pending.push({ kind: "write", file, offset, start, sizeBytes });
  }

  #change(write: PendingWrite): undefined {
    applyTo(this.state.files, write, this.state.arena);
    this.state.pending.push(write);
  }

  /** Forgets the first pending writes, and now and then the room that they took. */
  #drop(count: number): void {
    const { state } = this;
    state.settled += count;
    state.first += count;
    if (state.first === state.pending.length) {
      state.pending.length = 0;
      state.first = 0;
      state.arenaUsed = 0;
    } else if (state.first >= SETTLED_KEPT_MAX) {
      state.pending.splice(0, state.first);
      state.first = 0;
      const start = state.pending.find((write) => write.kind === "write")?.start ?? 0;
      state.arena.copyWithin(0, start, state.arenaUsed);
      state.arenaUsed -= start;
      for (const write of state.pending) if (write.kind === "write") write.start -= start;
    }
  }
}

/** So many settled writes, at most, take up room while others are pending. */
const SETTLED_KEPT_MAX = 1_024;

function applyTo(image: Map<string, FileImage>, write: PendingWrite, arena: Uint8Array): void {
  const file = fileOf(image, write.file);
  switch (write.kind) {
    case "write":
      put(file, write.offset, arena, write.start, write.sizeBytes);
      break;
    case "truncate":
      resize(file, write.sizeBytes);
      break;
    case "rename":
      image.delete(write.file);
      image.set(write.to, file);
      break;
    case "remove":
      image.delete(write.file);
      break;
  }
}

function fileOf(image: Map<string, FileImage>, name: string): FileImage {
  let file = image.get(name);
  if (file === undefined) {
    file = { bytes: new Uint8Array(256), sizeBytes: 0 };
    image.set(name, file);
  }
  return file;
}

function put(
  file: FileImage,
  offset: number,
  from: Uint8Array,
  start: number,
  sizeBytes: number,
): void {
  const end = offset + sizeBytes;
  if (end > file.sizeBytes) resize(file, end);
  copy(from, start, file.bytes, offset, sizeBytes);
}

/** Cuts the file, or lengthens it with zeros. */
function resize(file: FileImage, sizeBytes: number): void {
  if (sizeBytes < file.sizeBytes) file.bytes.fill(0, sizeBytes, file.sizeBytes);
  file.bytes = withRoom(file.bytes, sizeBytes);
  file.sizeBytes = sizeBytes;
}

/** The same bytes with room for `sizeBytes`; the rest is zero. */
function withRoom(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  if (sizeBytes <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(sizeBytes, bytes.length * 2));
  larger.set(bytes);
  return larger;
}

/** A loop beats `set(subarray())` for the few dozen bytes of a usual record, by three times. */
function copy(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  sizeBytes: number,
): void {
  if (sizeBytes > 64) to.set(from.subarray(fromStart, fromStart + sizeBytes), toStart);
  else for (let i = 0; i < sizeBytes; i++) to[toStart + i] = from[fromStart + i]!;
}
