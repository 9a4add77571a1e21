// What a power failure leaves of a disk: every part of it is as old as it likes, within the law.
//
// The changes that are not durable form a graph. Versions of one sector are in order, and so are
// the sizes of one file and the changes of one name; nothing else is. A crash keeps a set of them
// that is closed under "came before": of each sector some version, of each file some size, of each
// name some owner. A sector whose size is kept without its bytes reads zeros, bytes without the
// size are cut off, and a cut that is kept zeros what is older behind it. A name needs nothing of
// its file: a rename can be durable before the bytes of what it renames.
// Source: Pillai et al., All File Systems Are Not Created Equal, OSDI 2014 (ALICE), table 1.

import type { Random } from "../random/random.ts";
import type { FileChange, FileState } from "./disk-file.ts";
import { maskSector, putSector, resize } from "./disk-image.ts";
import { applyName, type NameChange, namesOf } from "./disk-names.ts";

/** The parts of a disk that a crash can change. */
export interface Volatile {
  readonly durableNames: ReadonlyMap<string, FileState>;
  readonly directory: readonly NameChange[];
  /** Files with changes that are not durable. */
  readonly dirty: readonly FileState[];
}

/** What a crash did to the changes that were not durable. */
export interface CrashDamage {
  /** Changes of which all was kept, and of which nothing was. */
  readonly kept: number;
  readonly lost: number;
  /** Changes of which some sectors, or only the size, were kept. */
  readonly torn: number;
}

/** Decides what is kept: the only place where crashes differ. */
export interface Choice {
  /** How many of the file's pending changes still count for its size. */
  sizesKept(file: FileState): number;
  /** Of the pending changes that wrote a sector, the number of those that reached it. */
  versionsKept(file: FileState, sector: number, writers: readonly FileChange[]): number;
  /** Whether a change of the directory is kept; asked only when all it needs was. */
  keepsName(change: NameChange): boolean;
}

/** Draws a choice; each kind of outcome that finds bugs is likely. */
export function drawChoice(random: Random, disk: Volatile): Choice {
  const numbers = changeNumbers(disk);
  const upTo = (below: number): Choice => keepingPrefix(below, Number.NaN, 0, false);
  switch (random.int(0, 7)) {
    case 0:
      return upTo(0);
    case 1:
      return upTo(Number.MAX_SAFE_INTEGER);
    case 2:
    case 3: {
      const torn = numbers[random.int(0, numbers.length)] ?? Number.MAX_SAFE_INTEGER;
      return keepingPrefix(torn, torn, random.int(0, 0xffff_ffff) / 2 ** 32, random.chance(1 / 2));
    }
    case 4:
      return { ...upTo(0), keepsName: () => true };
    case 5:
      return { ...upTo(Number.MAX_SAFE_INTEGER), versionsKept: () => 0 };
    default:
      return {
        sizesKept: ({ pending }) => random.int(0, pending.length),
        versionsKept: (_file, _sector, writers) => random.int(0, writers.length),
        keepsName: () => random.chance(1 / 2),
      };
  }
}

/** What a crash keeps, decided. */
export interface Remains {
  readonly names: ReadonlySet<NameChange>;
  /** Of the files with changes that are not durable. */
  readonly files: ReadonlyMap<FileState, FileRemains>;
}

export interface FileRemains {
  readonly sizesKept: number;
  /** By sector, how many of its versions were reached. */
  readonly versionsKept: ReadonlyMap<number, number>;
}

/** Asks a choice for all there is to decide, each once. Files are split. */
export function decide(disk: Volatile, choice: Choice): Remains {
  const names = new Set<NameChange>();
  const stale = new Set<string>();
  for (const change of disk.directory) {
    const needed = namesOf(change);
    if (!needed.some((name) => stale.has(name)) && choice.keepsName(change)) names.add(change);
    else for (const name of needed) stale.add(name);
  }
  const files = new Map<FileState, FileRemains>();
  for (const file of disk.dirty) {
    const sizesKept = choice.sizesKept(file);
    const versionsKept = new Map<number, number>();
    for (const [sector, writers] of writersOf(file)) {
      versionsKept.set(sector, choice.versionsKept(file, sector, writers));
    }
    files.set(file, { sizesKept, versionsKept });
  }
  return { names, files };
}

/** The files by name, with their bytes, that a crash leaves. */
export function imageAfter(disk: Volatile, { names, files }: Remains): Map<string, Uint8Array> {
  const image = new Map<string, Uint8Array>();
  for (const [name, file] of namesAfter(disk, names)) {
    image.set(name, contentAfter(file, files.get(file)));
  }
  return image;
}

/** The directory after those of its changes that were kept. */
export function namesAfter(
  { durableNames, directory }: Volatile,
  kept: ReadonlySet<NameChange>,
): Map<string, FileState> {
  const names = new Map(durableNames);
  for (const change of directory) if (kept.has(change)) applyName(names, change);
  return names;
}

/** The bytes of a file that a crash leaves; without remains, those of the medium. */
export function contentAfter(
  file: FileState,
  { sizesKept, versionsKept }: FileRemains = { sizesKept: 0, versionsKept: new Map() },
): Uint8Array {
  const { pending, durable } = file;
  const image = { bytes: durable.bytes.slice(), sizeBytes: durable.sizeBytes };
  for (const [sector, bytes] of file.lies) putSector(image, sector, bytes);
  resize(image, Math.min(image.sizeBytes, shortestAfter(pending, -1, sizesKept)));
  for (const [sector, writers] of writersOf(file)) {
    const writer = writers[(versionsKept.get(sector) ?? 0) - 1];
    if (writer === undefined) continue;
    const bytes = writer.versions!.get(sector)!.slice();
    maskSector(bytes, sector, shortestAfter(pending, pending.indexOf(writer), sizesKept));
    putSector(image, sector, bytes);
  }
  resize(image, sizeAfter(file, sizesKept));
  return image.bytes.slice(0, image.sizeBytes);
}

/** How much of the changes was kept. */
export function damageOf({ directory, dirty }: Volatile, { names, files }: Remains): CrashDamage {
  const damage = { kept: names.size, lost: directory.length - names.size, torn: 0 };
  for (const file of dirty) {
    const { sizesKept, versionsKept } = files.get(file)!;
    const writers = writersOf(file);
    file.pending.forEach((change, i) => {
      let parts = change.sizeBytes === undefined ? 0 : 1;
      let held = parts === 1 && i < sizesKept ? 1 : 0;
      for (const sector of change.versions!.keys()) {
        parts++;
        if (writers.get(sector)!.indexOf(change) < versionsKept.get(sector)!) held++;
      }
      damage[held === parts ? "kept" : held === 0 ? "lost" : "torn"]++;
    });
  }
  return damage;
}

/** By sector, in order of place, the pending changes that wrote it, oldest first. */
function writersOf({ pending }: FileState): ReadonlyMap<number, FileChange[]> {
  const writers = new Map<number, FileChange[]>();
  for (const change of pending) {
    for (const sector of change.versions!.keys()) {
      const list = writers.get(sector);
      if (list === undefined) writers.set(sector, [change]);
      else list.push(change);
    }
  }
  return new Map([...writers].sort(([a], [b]) => a - b));
}

/**
 * Keeps the changes numbered below `below`, of number `torn` the leading share of its sectors and
 * perhaps its size, and nothing else.
 */
function keepingPrefix(below: number, torn: number, share: number, keepsSize: boolean): Choice {
  const keeps = ({ number, isCut }: FileChange): boolean =>
    number < below || (number === torn && keepsSize && !isCut);
  return {
    sizesKept: ({ pending }) => countWhile(pending, keeps),
    versionsKept: (_file, sector, writers) => {
      const whole = countWhile(writers, ({ number }) => number < below);
      const next = writers[whole];
      if (next?.number !== torn) return whole;
      const sectors = [...next.versions!.keys()];
      return sectors.indexOf(sector) < Math.floor(share * sectors.length) ? whole + 1 : whole;
    },
    keepsName: ({ number }) => number < below,
  };
}

function changeNumbers({ directory, dirty }: Volatile): number[] {
  const changes = [...directory, ...dirty.flatMap(({ pending }) => pending)];
  return changes.map(({ number }) => number).sort((a, b) => a - b);
}

function countWhile<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  const count = items.findIndex((item) => !holds(item));
  return count === -1 ? items.length : count;
}

function sizeAfter({ durable, pending }: FileState, sizesKept: number): number {
  let { sizeBytes } = durable;
  for (const change of pending.slice(0, sizesKept)) sizeBytes = change.sizeBytes ?? sizeBytes;
  return sizeBytes;
}

/** The shortest that kept cuts behind place `after` of the changes have made the file. */
function shortestAfter(pending: readonly FileChange[], after: number, sizesKept: number): number {
  let shortest = Number.MAX_SAFE_INTEGER;
  for (let i = after + 1; i < sizesKept; i++) {
    const { isCut, sizeBytes } = pending[i]!;
    if (isCut && sizeBytes !== undefined) shortest = Math.min(shortest, sizeBytes);
  }
  return shortest;
}
