import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Journal, readRecords } from "../../src/protocols/journal.ts";
import { FixedRandom, ManualDisk } from "../support/recording-env.ts";

const FILE = "test.journal";
const HEADER_BYTES = 8;

/** A disk with a journal of these payloads. */
function diskWith(payloads: readonly Uint8Array[]): ManualDisk {
  const disk = new ManualDisk();
  const journal = new Journal(disk, FILE);
  for (const payload of payloads) append(journal, payload);
  disk.settle(disk.written);
  return disk;
}

function append(journal: Journal, payload: Uint8Array): void {
  const writer = journal.begin();
  for (const byte of payload) writer.byte(byte);
  journal.append();
}

/** A disk whose journal is exactly these bytes. */
function diskOf(bytes: Uint8Array): ManualDisk {
  const disk = new ManualDisk();
  disk.append(FILE, bytes);
  disk.settle(disk.written);
  return disk;
}

const payload = fc.uint8Array({ minLength: 1, maxLength: 40, size: "max" });
const payloads = fc.array(payload, { maxLength: 20, size: "max" });

// Three records of different sizes: bytes 0 to 12, 13 to 21, 22 to 34.
const SMALL = [
  Uint8Array.of(1, 2, 3, 4, 5),
  Uint8Array.of(0),
  Uint8Array.of(0xff, 0, 0xff, 0, 0xff),
];
const BOUNDARIES = [0, 13, 22, 35];
const BYTES = diskWith(SMALL).read(FILE)!;

/** The whole records in the first `sizeBytes` of the small journal. */
function recordsWithin(sizeBytes: number): readonly Uint8Array[] {
  return SMALL.filter((_, i) => BOUNDARIES[i + 1]! <= sizeBytes);
}

/** What opening the journal gives, or the word `rotten`. */
function outcome(disk: ManualDisk): readonly Uint8Array[] | "rotten" {
  try {
    return new Journal(disk, FILE).open().records;
  } catch (error) {
    expect(String(error)).toContain("the journal is rotten at byte");
    return "rotten";
  }
}

describe("a journal", () => {
  it("gives back its records, in order", () => {
    const property = fc.property(payloads, (list) => {
      const { records, tornBytes } = new Journal(diskWith(list), FILE).open();
      expect(records).toEqual(list);
      expect(tornBytes).toBe(0);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("takes more records after it was opened again", () => {
    const disk = diskWith(SMALL);
    const journal = new Journal(disk, FILE);
    journal.open();
    append(journal, Uint8Array.of(9));
    expect(new Journal(disk, FILE).open().records).toEqual([...SMALL, Uint8Array.of(9)]);
  });

  it("without a file is empty", () => {
    expect(new Journal(new ManualDisk(), FILE).open()).toEqual({ records: [], tornBytes: 0 });
  });

  it("takes no empty record: eight bytes of zeros must not be one", () => {
    const journal = new Journal(new ManualDisk(), FILE);
    journal.begin();
    expect(() => journal.append()).toThrow("an empty record in test.journal");
  });

  it("passes on that the disk refuses a record", () => {
    const disk = new ManualDisk();
    disk.refusal = { kind: "full" };
    const journal = new Journal(disk, FILE);
    journal.begin().byte(1);
    expect(journal.append()).toEqual({ kind: "full" });
  });

  it("has records of size, CRC-32C and payload, little end first", () => {
    const disk = diskWith([Uint8Array.of(1, 2, 3)]);
    // The usual CRC-32C begins with all ones, this one with the complement of where it ends.
    const expected = [3, 0, 0, 0, ...crcBytes([1, 2, 3], 11), 1, 2, 3];
    expect([...disk.read(FILE)!]).toEqual(expected);
  });
});

describe("the tail of a journal", () => {
  it.each(Array.from(BYTES, (_, sizeBytes) => sizeBytes))(
    "cut to %i bytes: whole records stay, the rest is cut",
    (sizeBytes) => {
      const disk = diskOf(BYTES.slice(0, sizeBytes));
      const kept = recordsWithin(sizeBytes);
      const boundary = BOUNDARIES[kept.length]!;
      const { records, tornBytes } = new Journal(disk, FILE).open();
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
      expect(new Journal(diskOf(bytes), FILE).open().records).toEqual(kept);
    },
  );

  it("is cut, and not called rotten, when its payload holds a journal", () => {
    const disk = diskWith([...SMALL, BYTES]);
    const bytes = disk.read(FILE)!;
    bytes[bytes.length - 1]! ^= 1;
    expect(new Journal(diskOf(bytes), FILE).open().records).toEqual(SMALL);
  });

  it("that the disk refuses to cut is reported", () => {
    const disk = diskOf(BYTES.slice(0, BYTES.length - 1));
    disk.truncate = () => ({ kind: "io" });
    expect(new Journal(disk, FILE).open().error).toEqual({ kind: "io" });
  });

  it("is cut on the disk with the next sync", () => {
    const disk = diskOf(BYTES.slice(0, BYTES.length - 1));
    new Journal(disk, FILE).open();
    disk.settle(disk.written);
    expect(disk.durable(FILE)!.sizeBytes).toBe(BOUNDARIES[2]);
  });

  it("that a crash leaves of unsynced records is a beginning of them", () => {
    const property = fc.property(payloads, payloads, fc.nat(), fc.nat(), (synced, lost, a, b) => {
      const disk = diskWith(synced);
      const journal = new Journal(disk, FILE);
      for (const payload of lost) append(journal, payload);
      disk.crash(chosen(a, b));
      const { records } = new Journal(disk, FILE).open();
      expect(records.length).toBeGreaterThanOrEqual(synced.length);
      expect(records).toEqual([...synced, ...lost].slice(0, records.length));
    });
    fc.assert(property, { numRuns: 100 });
  });
});

describe("a flipped bit in a journal", () => {
  const bits = Array.from({ length: BYTES.length * 8 }, (_, bit) => bit);
  const lastBits = bits.filter((bit) => bit >= BOUNDARIES[2]! * 8);
  const otherBits = bits.filter((bit) => bit < BOUNDARIES[2]! * 8);

  function flipped(bit: number): ManualDisk {
    const bytes = BYTES.slice();
    bytes[bit >> 3]! ^= 1 << (bit & 7);
    return diskOf(bytes);
  }

  it("is refused, wherever a record follows", () => {
    expect(otherBits.filter((bit) => outcome(flipped(bit)) !== "rotten")).toEqual([]);
  });

  it("in the last record cannot be told from a torn write: that record is cut", () => {
    const outcomes = lastBits.map((bit) => outcome(flipped(bit)));
    expect(outcomes).toEqual(lastBits.map(() => SMALL.slice(0, 2)));
  });

  it("is refused before anything is cut", () => {
    const disk = flipped(HEADER_BYTES * 8);
    expect(() => new Journal(disk, FILE).open()).toThrow("the journal is rotten at byte 0");
    expect(disk.read(FILE)!.length).toBe(BYTES.length);
  });
});

describe("readRecords", () => {
  it("visits the payloads between two offsets and tells where they end", () => {
    const seen: Uint8Array[] = [];
    const end = readRecords(BYTES, 13, 34, (from, to) => seen.push(BYTES.slice(from, to)));
    expect(seen).toEqual([SMALL[1]]);
    expect(end).toBe(22);
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

/** A random that draws `a` and `b` in turn, as far as they lie in the range, and takes chances. */
function chosen(a: number, b: number): FixedRandom {
  const random = new FixedRandom();
  const draws = [a, b];
  random.draw = (low, high) => low + ((draws.shift() ?? 0) % (high - low + 1));
  random.chance = () => true;
  return random;
}
