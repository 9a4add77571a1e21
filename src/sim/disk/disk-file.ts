// One file of a virtual disk: what the node reads, what is durable, and the changes between.

import { assert } from "../assert.ts";
import {
  copy,
  type FileImage,
  maskSector,
  putSector,
  resize,
  sectorOf,
  versionsOf,
  withRoom,
} from "./disk-image.ts";

/** A file as plain data; a name of the directory refers to it. */
export interface FileState {
  /** What the node reads: every change, durable or not. */
  readonly visible: FileImage;
  /**
   * What syncs have made durable. While the file has only grown at its end since, this is the
   * beginning of `visible`, with the same byte array; from the first overwrite, cut or failed sync
   * on until all is durable again it has bytes of its own.
   */
  readonly durable: FileImage;
  /** From place `first` on, the changes that are not durable, oldest first. */
  pending: FileChange[];
  first: number;
  /** By sector, what really is on the medium where the disk has lied: the rest is as `durable`. */
  readonly lies: Map<number, Uint8Array>;
}

/** One change of a file that a crash may lose. */
export interface FileChange {
  /** Its place among all changes of the disk's life. */
  readonly number: number;
  /** The first byte that it changes. */
  readonly from: number;
  /** The file's size from then on; undefined when that is no longer, or never was, its doing. */
  sizeBytes: number | undefined;
  /** Whether it only makes the file shorter. */
  readonly isCut: boolean;
  /** A sync of it has failed: no later one makes it durable, and a crash may still keep it. */
  isAbandoned: boolean;
  /** By sector, its bytes after the change; undefined while `visible` and `durable` share bytes. */
  versions: Map<number, Uint8Array> | undefined;
}

/** What becomes of a change that a sync makes durable: see {@link settleFile}. */
export type Fate = (file: FileState, change: FileChange) => "reached" | "lost";

/** An empty file. */
export function newFile(): FileState {
  const bytes = new Uint8Array(256);
  return {
    visible: { bytes, sizeBytes: 0 },
    durable: { bytes, sizeBytes: 0 },
    pending: [],
    first: 0,
    lies: new Map(),
  };
}

/** A file that is all durable. The bytes are taken over. */
export function durableFile(bytes: Uint8Array): FileState {
  const sizeBytes = bytes.length;
  return {
    visible: { bytes, sizeBytes },
    durable: { bytes, sizeBytes },
    pending: [],
    first: 0,
    lies: new Map(),
  };
}

/** Whether a change of the file waits for a sync. */
export function isDirty(file: FileState): boolean {
  return file.first < file.pending.length;
}

/** Adds at least one byte at the end. */
export function appendTo(
  file: FileState,
  number: number,
  bytes: Uint8Array,
  addedBytes: number,
  sectorBytes: number,
): void {
  const { visible, durable } = file;
  const from = visible.sizeBytes;
  const sizeBytes = from + addedBytes;
  const isShared = visible.bytes === durable.bytes;
  if (sizeBytes > visible.bytes.length) {
    visible.bytes = withRoom(visible.bytes, sizeBytes);
    if (isShared) durable.bytes = visible.bytes;
  }
  visible.sizeBytes = sizeBytes;
  copy(bytes, visible.bytes, from, addedBytes);
  const versions = isShared ? undefined : versionsOf(visible.bytes, from, sizeBytes, sectorBytes);
  file.pending.push({ number, from, sizeBytes, isCut: false, isAbandoned: false, versions });
}

/** Overwrites at least one byte, from within the file on. */
export function overwrite(
  file: FileState,
  number: number,
  bytes: Uint8Array,
  from: number,
  sectorBytes: number,
): void {
  split(file, sectorBytes);
  const { visible } = file;
  const end = from + bytes.length;
  const isLonger = end > visible.sizeBytes;
  if (isLonger) resize(visible, end);
  visible.bytes.set(bytes, from);
  file.pending.push({
    ...{ number, from, isCut: false, isAbandoned: false },
    sizeBytes: isLonger ? end : undefined,
    versions: versionsOf(visible.bytes, from, end, sectorBytes),
  });
}

/** Makes the file shorter. */
export function cut(file: FileState, number: number, sizeBytes: number, sectorBytes: number): void {
  split(file, sectorBytes);
  resize(file.visible, sizeBytes);
  const versions = new Map<number, Uint8Array>();
  file.pending.push({
    ...{ number, from: sizeBytes, sizeBytes, isCut: true, isAbandoned: false, versions },
  });
}

/**
 * Makes durable the changes numbered below `covers` that no failed sync has covered, and with the
 * last of them the size that the file had then. `fate` may keep the bytes of a change from the
 * medium; whoever asks the disk is told that they are durable. Without a fate the usual case, a
 * file that only grows, costs a few steps a change.
 */
export function settleFile(
  file: FileState,
  covers: number,
  sectorBytes: number,
  fate: Fate | undefined,
): void {
  const { visible, durable, pending } = file;
  if (fate === undefined && file.lies.size === 0 && visible.bytes === durable.bytes) {
    let { first } = file;
    while (first < pending.length && pending[first]!.number < covers) first++;
    if (first > file.first) durable.sizeBytes = pending[first - 1]!.sizeBytes!;
    file.first = first;
    forgetSettled(file);
    return;
  }
  split(file, sectorBytes);
  const last = file.pending.findLastIndex((c) => c.number < covers && !c.isAbandoned);
  const settled = file.pending.splice(0, last + 1);
  const left: FileChange[] = [];
  for (const change of settled) {
    settleSize(file, change, left, sectorBytes);
    if (change.isAbandoned) {
      left.push({ ...change, sizeBytes: undefined });
      continue;
    }
    settleBytes(file, change, sectorBytes, fate?.(file, change) ?? "reached");
    for (const { versions } of left) {
      for (const sector of change.versions!.keys()) versions!.delete(sector);
    }
  }
  file.pending.unshift(...left.filter(({ versions }) => versions!.size > 0));
  if (file.pending.length === 0) join(file);
}

/** A sync has failed: what it covered waits for no other, and may be lost by a crash for good. */
export function abandon(file: FileState, covers: number, sectorBytes: number): void {
  split(file, sectorBytes);
  for (const change of file.pending) if (change.number < covers) change.isAbandoned = true;
}

/** Flips a bit of a durable byte; reads show it unless the sector was rewritten since. */
export function flipBit(file: FileState, at: number, bit: number, sectorBytes: number): void {
  const { visible, durable, lies, pending } = file;
  const sector = Math.floor(at / sectorBytes);
  const lie = lies.get(sector);
  if (lie !== undefined) lie[at % sectorBytes]! ^= 1 << bit;
  durable.bytes[at]! ^= 1 << bit;
  if (visible.bytes === durable.bytes || at >= visible.sizeBytes) return;
  const isRewritten = pending.some(({ versions }) => versions!.has(sector));
  if (!isRewritten) visible.bytes[at]! ^= 1 << bit;
}

/** Gives `durable` bytes of its own, and the pending changes theirs. */
export function split(file: FileState, sectorBytes: number): void {
  const { visible, durable } = file;
  if (visible.bytes !== durable.bytes) return;
  durable.bytes = new Uint8Array(Math.max(256, durable.sizeBytes));
  durable.bytes.set(visible.bytes.subarray(0, durable.sizeBytes));
  file.pending.splice(0, file.first);
  file.first = 0;
  for (const change of file.pending) {
    assert(change.sizeBytes !== undefined, "not an append:", change.number);
    // Without what later appends have added to the last sector.
    const before = visible.bytes.subarray(0, change.sizeBytes);
    change.versions = versionsOf(before, change.from, change.sizeBytes, sectorBytes);
  }
}

/** All is durable: one array of bytes serves for both images. */
function join({ visible, durable }: FileState): void {
  assert(visible.sizeBytes === durable.sizeBytes, "sizes:", visible.sizeBytes, durable.sizeBytes);
  durable.bytes = visible.bytes;
}

function settleSize(
  file: FileState,
  { sizeBytes, isCut }: FileChange,
  left: readonly FileChange[],
  sectorBytes: number,
): void {
  if (sizeBytes === undefined) return;
  resize(file.durable, sizeBytes);
  if (!isCut) return;
  // What is older than a cut never comes back behind it.
  for (const { versions } of left) {
    for (const [sector, bytes] of versions!) maskSector(bytes, sector, sizeBytes);
  }
  for (const [sector, bytes] of file.lies) {
    maskSector(bytes, sector, sizeBytes);
    if (sector * sectorBytes >= sizeBytes) file.lies.delete(sector);
  }
}

function settleBytes(
  file: FileState,
  { versions }: FileChange,
  sectorBytes: number,
  fate: "reached" | "lost",
): void {
  for (const [sector, bytes] of versions!) {
    const isLie = file.lies.has(sector);
    if (fate === "reached") file.lies.delete(sector);
    else if (!isLie) file.lies.set(sector, sectorOf(file.durable, sector, sectorBytes));
    putSector(file.durable, sector, bytes);
  }
}

/** Drops settled changes once there are many, or none that waits. */
function forgetSettled(file: FileState): void {
  if (file.first === file.pending.length) {
    file.pending.length = 0;
    file.first = 0;
  } else if (file.first >= SETTLED_KEPT_MAX) {
    file.pending.splice(0, file.first);
    file.first = 0;
  }
}

/** So many settled changes, at most, take up room while others are pending. */
const SETTLED_KEPT_MAX = 1_024;
