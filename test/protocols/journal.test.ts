import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  beginSync,
  endSync,
  Journal,
  newJournalState,
  type Recovery,
  readRecords,
} from "../../src/protocols/journal.ts";
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

  it("has records of size, CRC-32C, watermark, the CRC before, payload; little end first", () => {
    const owner = new Owner(new ManualDisk());
    owner.append(Uint8Array.of(7));
    owner.sync();
    owner.append(Uint8Array.of(1, 2, 3));
    // The usual CRC-32C begins with all ones, this one with the complement of where it ends.
    const first = crcBytes([0, 0, 0, 0, 0, 0, 0, 0, 7], 17);
    const rest = [17, 0, 0, 0, ...first, 1, 2, 3];
    const expected = [3, 0, 0, 0, ...crcBytes(rest, 36), ...rest];
    expect([...owner.disk.read(FILE)!].slice(17)).toEqual(expected);
  });
});

describe("the tail of a journal", () => {
  it.each(Array.from(BYTES, (_, sizeBytes) => sizeBytes))(
    "cut to %i bytes: whole records stay, the rest is cut",
    (sizeBytes) => {
      const disk = diskOf(BYTES.slice(0, sizeBytes));
      const kept = recordsWithin(sizeBytes);
      const boundary = BOUNDARIES[kept.length]!;
      const { records, tornBytes } = open(disk);
      expect(records).toEqual(kept);
      expect(tornBytes).toBe(sizeBytes - boundary);
      expect(disk.read(FILE)).toEqual(BYTES.slice(0, boundary));
    },
  );

  it.each(Array.from(BYTES, (_, sizeBytes) => sizeBytes))(
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
    bytes[bytes.length - 1]! ^= 1;
    expect(open(diskOf(bytes)).records).toEqual(SMALL);
  });

  it("that the disk refuses to cut is reported", () => {
    const disk = diskOf(BYTES.slice(0, BYTES.length - 1));
    disk.truncate = () => ({ kind: "io" });
    expect(open(disk).error).toEqual({ kind: "io" });
  });

  it("is cut on the disk with the next sync", () => {
    const disk = diskOf(BYTES.slice(0, BYTES.length - 1));
    open(disk);
    disk.settle(disk.written);
    expect(disk.durable(FILE)!.sizeBytes).toBe(BOUNDARIES[2]);
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
    const owner = new Owner(new VirtualDisk(17));
    for (const value of [1, 2]) {
      owner.append(Uint8Array.of(value));
      owner.sync();
    }
    for (const value of [3, 4, 5]) owner.append(Uint8Array.of(value));
    return successors(owner.disk);
  }

  function successors(disk: VirtualDisk): readonly VirtualDisk[] {
    return disk.crashStates(1_000)!.map((image) => {
      const next = new VirtualDisk(17);
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
      const told = [...before, 9];
      owner.append(Uint8Array.of(9));
      for (const again of successors(disk)) {
        const recovery = open(again);
        const after = valuesOf(recovery);
        // Nothing was synced since the cut: what the first crash has left may come back whole.
        const whole = [1, 2, 3, 4, 5];
        const isLegal =
          after.join() === told.slice(0, after.length).join() ||
          after.join() === whole.slice(0, after.length).join();
        expect([recovery.rottenAt, isLegal]).toEqual([undefined, true]);
        expect(after.length).toBeGreaterThanOrEqual(2);
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

  it("above it cannot be told from a torn write: that record is cut", () => {
    const recovered = lastBits.map((bit) => open(flipped(bit)).records);
    expect(recovered).toEqual(lastBits.map(() => SMALL.slice(0, 2)));
  });

  it("in what no record knows to be durable is a hole in a torn tail", () => {
    const { records, rottenAt } = open(flipped(HEADER_BYTES * 8, "once"));
    expect([records, rottenAt]).toEqual([[], undefined]);
  });

  it("is refused before anything is cut", () => {
    const disk = flipped(HEADER_BYTES * 8);
    expect(open(disk)).toMatchObject({ records: [], rottenAt: 0 });
    expect(disk.read(FILE)!.length).toBe(BYTES.length);
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

/** A naive CRC-32C, bit by bit, begun with an offset. */
function crcBytes(payload: readonly number[], endsAt: number): number[] {
  let crc = ~endsAt;
  for (const byte of payload) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return [0, 8, 16, 24].map((shift) => (~crc >>> shift) & 0xff);
}
