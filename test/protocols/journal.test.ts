import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  beginSync,
  endSync,
  Journal,
  newJournalState,
  type Recovery,
} from "../../src/protocols/journal.ts";
import { readRecords } from "../../src/protocols/journal-record.ts";
import { VirtualDisk } from "../../src/sim/disk/disk.ts";
import type { Disk } from "../../src/sim/env.ts";
import { RandomStream } from "../../src/sim/random/random.ts";
import { ManualDisk } from "../support/recording-env.ts";

const FILE = "test.journal";
const HEADER_BYTES = 16;

/** A journal on a disk, and its memory, which is that of a process. */
class Owner {
  readonly disk: VirtualDisk;
  readonly state = newJournalState();
  readonly journal: Journal;

  constructor(disk: VirtualDisk) {
    this.disk = disk;
    this.journal = new Journal({ ...asDisk(disk) }, FILE, () => this.state);
  }

  append(payload: Uint8Array): void {
    const writer = this.journal.begin();
    for (const byte of payload) writer.byte(byte);
    this.journal.append();
  }

  /** All that was appended is durable, and the owner has been told. */
  sync(): void {
    beginSync(this.state);
    this.disk.settle(this.disk.written);
    endSync(this.state);
    if (this.state.tornBytes > 0) this.journal.cut();
  }
}

/** The disk as its user sees it; syncs are the test's affair. */
function asDisk(disk: VirtualDisk): Disk {
  return {
    read: (file) => disk.read(file),
    sizeOf: (file) => disk.sizeOf(file),
    list: () => disk.list(),
    append: (file, bytes, sizeBytes) => disk.append(file, bytes, sizeBytes),
    write: (file, bytes, offset) => disk.write(file, bytes, offset),
    truncate: (file, sizeBytes) => disk.truncate(file, sizeBytes),
    rename: (from, to) => disk.rename(from, to),
    remove: (file) => disk.remove(file),
    sync: () => undefined,
    syncDirectory: () => undefined,
  };
}

/** A disk with a journal of these payloads, each synced before the next was written, or at once. */
function diskWith(payloads: readonly Uint8Array[], syncs: "each" | "once"): ManualDisk {
  const owner = new Owner(new ManualDisk());
  for (const payload of payloads) {
    owner.append(payload);
    if (syncs === "each") owner.sync();
  }
  owner.sync();
  // The disk that was handed in.
  return owner.disk as ManualDisk;
}

/** A disk whose journal is exactly these bytes. */
function diskOf(bytes: Uint8Array): ManualDisk {
  const disk = new ManualDisk();
  disk.append(FILE, bytes);
  disk.settle(disk.written);
  return disk;
}

function open(disk: VirtualDisk): Recovery {
  return new Owner(disk).journal.open();
}

const payload = fc.uint8Array({ minLength: 1, maxLength: 40, size: "max" });
const payloads = fc.array(payload, { maxLength: 20, size: "max" });

// Three records of different sizes: bytes 0 to 20, 21 to 37, 38 to 58.
const SMALL = [
  Uint8Array.of(1, 2, 3, 4, 5),
  Uint8Array.of(0),
  Uint8Array.of(0xff, 0, 0xff, 0, 0xff),
];
const BOUNDARIES = [0, 21, 38, 59];
/** Written at once: no record knows that another is durable. */
const BYTES = diskWith(SMALL, "once").read(FILE)!;

/** The whole records in the first `sizeBytes` of the small journal. */
function recordsWithin(sizeBytes: number): readonly Uint8Array[] {
  return SMALL.filter((_, i) => BOUNDARIES[i + 1]! <= sizeBytes);
}

describe("a journal", () => {
  it("gives back its records, in order", () => {
    const property = fc.property(payloads, fc.constantFrom("each", "once"), (list, syncs) => {
      const { records, tornBytes } = open(diskWith(list, syncs as "each" | "once"));
      expect(records).toEqual(list);
      expect(tornBytes).toBe(0);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("takes more records after it was opened again", () => {
    const disk = diskWith(SMALL, "each");
    const owner = new Owner(disk);
    owner.journal.open();
    owner.append(Uint8Array.of(9));
    expect(open(disk).records).toEqual([...SMALL, Uint8Array.of(9)]);
  });

  it("without a file is empty", () => {
    expect(open(new ManualDisk())).toEqual({
      ...{ records: [], tornBytes: 0, rottenAt: undefined, error: undefined },
    });
  });

  it("takes no empty record: sixteen bytes of zeros must not be one", () => {
    const { journal } = new Owner(new ManualDisk());
    journal.begin();
    expect(() => journal.append()).toThrow("an empty record in test.journal");
  });

  it("passes on that the disk refuses a record, and goes on as if it had not been tried", () => {
    const disk = new VirtualDisk(512, { capacityBytes: 40 });
    const owner = new Owner(disk);
    owner.journal.begin().bytesOf(new Uint8Array(40));
    expect(owner.journal.append()).toEqual({ kind: "full" });
    owner.append(Uint8Array.of(1));
    expect(open(disk).records).toEqual([Uint8Array.of(1)]);
  });

  it("has records of size, CRC-32C, watermark, link, payload; little end first", () => {
    const owner = new Owner(new ManualDisk());
    owner.append(Uint8Array.of(7));
    owner.sync();
    owner.append(Uint8Array.of(1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    // The usual CRC-32C begins with all ones, this one with the complement of another number.
    const first = [...owner.disk.read(FILE)!].slice(4, 8);
    expect(first).toEqual(crcBytes([0, 0, 0, 0, ...link(0, 3, 0, 1), 7], 17));
    // The payload begins at 33: its words end at 40 and 48, and the second one is zeros.
    const payload = [1, 2, 3, ...Array.from({ length: 12 }, () => 0)];
    const rest = [17, 0, 0, 0, ...link(numberOf(first), 31, 17, 2), ...payload];
    const expected = [31, 0, 0, 0, ...crcBytes(rest, 48), ...rest];
    expect([...owner.disk.read(FILE)!].slice(17)).toEqual(expected);
  });
});

describe("the tail of a journal", () => {
  it.each(Array.from(BYTES, (_, sizeBytes) => sizeBytes))(
    "cut to %i bytes: whole records stay, the rest is zeros until it is cut",
    (sizeBytes) => {
      const disk = diskOf(BYTES.slice(0, sizeBytes));
      const kept = recordsWithin(sizeBytes);
      const boundary = BOUNDARIES[kept.length]!;
      const owner = new Owner(disk);
      const { records, tornBytes } = owner.journal.open();
      expect(records).toEqual(kept);
      expect(tornBytes).toBe(sizeBytes - boundary);
      const zeros = Array.from({ length: tornBytes }, () => 0);
      expect([...disk.read(FILE)!]).toEqual([...BYTES.slice(0, boundary), ...zeros]);
      owner.sync();
      expect(disk.read(FILE)).toEqual(BYTES.slice(0, boundary));
    },
  );

  it("takes no record before it is cut", () => {
    const owner = new Owner(diskOf(BYTES.slice(0, BYTES.length - 1)));
    owner.journal.open();
    expect(() => owner.append(Uint8Array.of(1))).toThrow("a record behind a torn tail in");
  });

  it.each(Array.from({ length: Math.ceil(BYTES.length / 8) }, (_, word) => word * 8))(
    "of zeros after %i bytes is cut",
    (sizeBytes) => {
      const bytes = new Uint8Array(BYTES.length);
      bytes.set(BYTES.subarray(0, sizeBytes));
      // A record whose lost bytes were zeros anyway is whole.
      const isWhole = (end: number): boolean =>
        BYTES.subarray(sizeBytes, end).every((b) => b === 0);
      const kept = SMALL.filter((_, i) => isWhole(BOUNDARIES[i + 1]!));
      expect(open(diskOf(bytes)).records).toEqual(kept);
    },
  );

  it("is cut, and not called rotten, when its payload holds a journal", () => {
    const disk = diskWith([...SMALL, diskWith(SMALL, "each").read(FILE)!], "once");
    const bytes = disk.read(FILE)!;
    bytes.fill(0, (bytes.length - 1) & ~7);
    expect(open(diskOf(bytes)).records).toEqual(SMALL);
  });

  it("that the disk refuses to overwrite, or to cut, is reported", () => {
    const disk = diskOf(BYTES.slice(0, BYTES.length - 1));
    const owner = new Owner(disk);
    disk.write = () => ({ kind: "io" });
    expect(owner.journal.open().error).toEqual({ kind: "io" });
    disk.truncate = () => ({ kind: "io" });
    expect(owner.journal.cut()).toEqual({ kind: "io" });
  });

  it("is cut at once, rotten or not, for an owner that says so", () => {
    const disk = diskOf(BYTES.map((byte, at) => (at === BYTES.length - 1 ? byte ^ 1 : byte)));
    const { journal } = new Owner(disk);
    expect(journal.openLeniently()).toMatchObject({ rottenAt: undefined, tornBytes: 21 });
    expect(disk.read(FILE)).toEqual(BYTES.slice(0, BOUNDARIES[2]));
  });

  it("that a crash leaves of unsynced records is a beginning of them, holes or not", () => {
    const property = fc.property(payloads, payloads, fc.string(), (synced, lost, seed) => {
      const owner = new Owner(new VirtualDisk(8));
      for (const each of synced) owner.append(each);
      owner.sync();
      for (const each of lost) owner.append(each);
      owner.disk.crash(new RandomStream(seed));
      const { records, rottenAt } = open(owner.disk);
      expect(rottenAt).toBeUndefined();
      expect(records.length).toBeGreaterThanOrEqual(synced.length);
      expect(records).toEqual([...synced, ...lost].slice(0, records.length));
    });
    fc.assert(property, { numRuns: 200 });
  });

  it("is written again as far as it may not be durable: a sync may have failed before", () => {
    const owner = new Owner(new VirtualDisk(8));
    owner.append(Uint8Array.of(1));
    owner.sync();
    owner.append(Uint8Array.of(2));
    owner.disk.abandon(owner.disk.written);
    // The process dies and the machine does not.
    const next = new Owner(owner.disk);
    next.journal.open();
    next.sync();
    const [image, ...others] = owner.disk.crashStates(10)!;
    expect(others).toEqual([]);
    expect(image!.get(FILE)).toEqual(owner.disk.read(FILE));
  });
});

describe("over all that crashes can leave, a journal", () => {
  /** Two records are synced, the second of which knows of the first; three more are not. */
  function crashed(): readonly VirtualDisk[] {
    const owner = new Owner(new VirtualDisk(24));
    for (const value of [1, 2]) {
      owner.append(Uint8Array.of(value));
      owner.sync();
    }
    for (const value of [3, 4, 5]) owner.append(Uint8Array.of(value));
    return successors(owner.disk);
  }

  function successors(disk: VirtualDisk): readonly VirtualDisk[] {
    return disk.crashStates(1_000)!.map((image) => {
      const next = new VirtualDisk(24);
      next.become(new Map(image));
      return next;
    });
  }

  const valuesOf = ({ records }: Recovery): readonly number[] => records.map(([value]) => value!);

  it("gives back what was synced, and of the rest a beginning", () => {
    const found = crashed().map((disk) => valuesOf(open(disk)).join(""));
    expect(new Set(found)).toEqual(new Set(["12", "123", "1234", "12345"]));
  });

  it("keeps what it has once given back and synced, and lets nothing old follow on new", () => {
    let pairs = 0;
    for (const disk of crashed()) {
      const owner = new Owner(disk);
      const before = valuesOf(owner.journal.open());
      // A crash while the torn tail is being cut changes nothing.
      for (const again of successors(disk)) {
        const { rottenAt, records } = open(again);
        expect([rottenAt, records.map(([value]) => value)]).toEqual([undefined, before]);
      }
      owner.sync();
      const told = [...before, 9, 8];
      for (const value of [9, 8]) owner.append(Uint8Array.of(value));
      for (const again of successors(disk)) {
        const recovery = open(again);
        const after = valuesOf(recovery);
        expect(recovery.rottenAt).toBeUndefined();
        expect(after).toEqual(told.slice(0, after.length));
        expect(after.length).toBeGreaterThanOrEqual(before.length);
        pairs++;
      }
    }
    expect(pairs).toBeGreaterThan(50);
  });
});

describe("a flipped bit in a journal", () => {
  const bits = Array.from({ length: BYTES.length * 8 }, (_, bit) => bit);
  const lastBits = bits.filter((bit) => bit >= BOUNDARIES[2]! * 8);
  const otherBits = bits.filter((bit) => bit < BOUNDARIES[2]! * 8);

  function flipped(bit: number, syncs: "each" | "once" = "each"): ManualDisk {
    const bytes = diskWith(SMALL, syncs).read(FILE)!;
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return diskOf(bytes);
  }

  it("is refused below what a later record knows to be durable", () => {
    const places = otherBits.map((bit) => open(flipped(bit)).rottenAt);
    const expected = otherBits.map((bit) => (bit < BOUNDARIES[1]! * 8 ? 0 : BOUNDARIES[1]));
    expect(places).toEqual(expected);
  });

  it("is refused above it as well: no crash leaves a record so", () => {
    const places = lastBits.map((bit) => open(flipped(bit)).rottenAt);
    expect(places).toEqual(lastBits.map(() => BOUNDARIES[2]));
  });

  it("is refused where no record knows another to be durable", () => {
    const places = bits.map((bit) => open(flipped(bit, "once")).rottenAt);
    expect(places).toEqual(bits.map((bit) => BOUNDARIES.findLast((at) => at * 8 <= bit)));
  });

  it("that leaves a word of zeros cannot be told from a tear: the record is cut", () => {
    // The payload ends with a word that has one bit.
    const list = [Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 1)];
    const bytes = diskWith(list, "once").read(FILE)!;
    bytes[bytes.length - 1]! ^= 1;
    expect(open(diskOf(bytes))).toMatchObject({ rottenAt: undefined, records: [] });
  });

  it("in a record of hundreds of words of zeros cannot, either", () => {
    const bytes = diskWith([new Uint8Array(254 * 8)], "once").read(FILE)!;
    bytes[16]! ^= 1;
    expect(open(diskOf(bytes))).toMatchObject({ rottenAt: undefined, records: [] });
    const fewer = diskWith([new Uint8Array(253 * 8)], "once").read(FILE)!;
    fewer[16]! ^= 1;
    expect(open(diskOf(fewer)).rottenAt).toBe(0);
  });

  it("is refused before anything is cut", () => {
    const disk = flipped(HEADER_BYTES * 8);
    expect(open(disk)).toMatchObject({ records: [], rottenAt: 0 });
    expect(disk.read(FILE)!.length).toBe(BYTES.length);
  });
});

describe("rot in what was synced last", () => {
  // Zeros are many, so that some words have nothing else.
  const byte = fc.oneof(fc.constant(0), fc.nat(255));
  const sparse = fc
    .array(byte, { minLength: 1, maxLength: 60 })
    .map((list) => Uint8Array.from(list));
  const batch = fc.array(sparse, { minLength: 1, maxLength: 4 });
  const rots = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
  const sectors = fc.constantFrom(8, 16, 64, 512);

  /**
   * Flips bits of durable bytes from there on; whether a word, or its end, which may be what a
   * record has of it, is zeros now that were none.
   */
  function rot(disk: VirtualDisk, from: number, places: readonly number[]): boolean {
    const size = disk.durable(FILE)!.sizeBytes;
    const before = disk.durable(FILE)!.bytes.slice(0, size);
    const bits = new Set(places.map((place) => from * 8 + (place % ((size - from) * 8))));
    for (const bit of bits) disk.rot(FILE, bit >> 3, bit & 7);
    const after = disk.durable(FILE)!.bytes.slice(0, size);
    const isZero = (bytes: Uint8Array, at: number) =>
      bytes.subarray(at, (at & ~7) + 8).every((byte) => byte === 0);
    return before.some((_, at) => isZero(after, at) && !isZero(before, at));
  }

  it("is refused, with a crash or without, whatever was written since", () => {
    let refused = 0;
    const drawn = fc.tuple(batch, batch, batch, rots, sectors, fc.boolean(), fc.string());
    const property = fc.property(drawn, ([old, last, lost, places, sector, crashes, seed]) => {
      const owner = new Owner(new VirtualDisk(sector));
      for (const each of old) owner.append(each);
      owner.sync();
      const from = owner.state.sizeBytes;
      for (const each of last) owner.append(each);
      owner.sync();
      fc.pre(!rot(owner.disk, from, places));
      for (const each of crashes ? lost : []) owner.append(each);
      if (crashes) owner.disk.crash(new RandomStream(seed));
      const before = owner.disk.read(FILE);
      expect(open(owner.disk).rottenAt).toBeGreaterThanOrEqual(from);
      expect(owner.disk.read(FILE)).toEqual(before);
      refused++;
    });
    fc.assert(property, { numRuns: 2_000 });
    expect(refused).toBe(2_000);
  });

  it("is never seen where crashes have torn writes, one after another", () => {
    const lives = fc.array(fc.tuple(batch, batch, fc.boolean(), fc.string()), {
      ...{ minLength: 1, maxLength: 4 },
    });
    const property = fc.property(lives, sectors, (list, sector) => {
      let disk = new VirtualDisk(sector);
      const told: Uint8Array[] = [];
      for (const [synced, lost, isMended, seed] of list) {
        const owner = new Owner(disk);
        const { records, rottenAt } = owner.journal.open();
        expect(rottenAt).toBeUndefined();
        expect(records.slice(0, told.length)).toEqual(told);
        if (isMended) {
          owner.sync();
          told.splice(0, told.length, ...records, ...synced);
          for (const each of synced) owner.append(each);
          owner.sync();
          for (const each of lost) owner.append(each);
        }
        disk.crash(new RandomStream(seed));
        disk = owner.disk;
      }
      expect(open(disk).rottenAt).toBeUndefined();
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});

describe("readRecords", () => {
  it("visits the payloads between two offsets and tells where they end", () => {
    const seen: Uint8Array[] = [];
    const end = readRecords(BYTES, 21, 58, (from, to) => seen.push(BYTES.slice(from, to)));
    expect(seen).toEqual([SMALL[1]]);
    expect(end).toBe(38);
  });
});

/** A link: the three high bytes of a hash of these numbers, and the last of them. */
function link(...numbers: readonly [previous: number, size: number, mark: number, zeros: number]) {
  const [previous, ...rest] = numbers;
  const hash = rest.reduce((mixed, number) => lowbias(mixed ^ number), previous) >>> 0;
  return [hash >>> 8, hash >>> 16, hash >>> 24, numbers[3]].map((byte) => byte & 0xff);
}

/** Source: Chris Wellons, Prospecting for Hash Functions, 2018, lowbias32. */
function lowbias(number: number): number {
  let x = number;
  x = Math.imul(x ^ (x >>> 16), 0x7feb_352d);
  x = Math.imul(x ^ (x >>> 15), 0x846c_a68b);
  return x ^ (x >>> 16);
}

function numberOf(bytes: readonly number[]): number {
  return bytes.reduceRight((number, byte) => number * 256 + byte, 0);
}

/** A naive CRC-32C, bit by bit, begun with a number. */
function crcBytes(payload: readonly number[], seed: number): number[] {
  let crc = ~seed;
  for (const byte of payload) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return [0, 8, 16, 24].map((shift) => (~crc >>> shift) & 0xff);
}
