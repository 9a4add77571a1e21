import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualDisk } from "../../src/sim/disk.ts";
import { RandomStream } from "../../src/sim/random.ts";
import { type Image, NaiveDisk, offsetOf, type Write } from "../support/naive-disk.ts";

/** Small, so that writes of a few bytes cross boundaries. */
const SECTOR_BYTES = 4;

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

function contentOf(disk: VirtualDisk, file: string): number[] | undefined {
  const found = disk.read(file);
  return found && [...found];
}

function durableOf(disk: VirtualDisk, file: string): number[] | undefined {
  const image = disk.durable(file);
  return image && [...image.bytes.subarray(0, image.sizeBytes)];
}

const imageOf = (disk: VirtualDisk): Image =>
  new Map(disk.list().map((file) => [file, contentOf(disk, file)!]));

describe("what the node reads", () => {
  it("is what it wrote, durable or not", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1, 2, 3));
    disk.append("log", bytes(4));
    disk.write("log", bytes(9, 9), 1);
    expect(contentOf(disk, "log")).toEqual([1, 9, 9, 4]);
    expect(durableOf(disk, "log")).toBeUndefined();
  });

  it("grows by a write that reaches beyond the end", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1, 2));
    disk.write("log", bytes(8, 9), 1);
    expect(contentOf(disk, "log")).toEqual([1, 8, 9]);
  });

  it("is a copy both ways", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    const given = bytes(1, 2);
    disk.append("log", given);
    given[0] = 7;
    disk.read("log")![1] = 7;
    disk.settle(disk.written);
    expect(contentOf(disk, "log")).toEqual([1, 2]);
    expect(durableOf(disk, "log")).toEqual([1, 2]);
  });

  it("takes of the appended bytes no more than asked for", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1, 2, 3), 2);
    disk.append("log", bytes(4));
    expect(contentOf(disk, "log")).toEqual([1, 2, 4]);
  });

  it("reads zeros, not old bytes, where a file that was cut grows again", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1, 2, 3, 4));
    disk.truncate("log", 1);
    disk.append("log", bytes(5));
    expect(contentOf(disk, "log")).toEqual([1, 5]);
  });

  it("is nothing of a file that is not there, and an empty file is there", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("empty", bytes());
    expect(disk.read("nothing")).toBeUndefined();
    expect(contentOf(disk, "empty")).toEqual([]);
  });

  it("lists files by name, renamed and removed ones too", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    for (const file of ["c", "a", "b", "d"]) disk.append(file, bytes(1));
    disk.rename("c", "0");
    disk.remove("b");
    expect(disk.list()).toEqual(["0", "a", "d"]);
  });

  it("replaces the file whose name another one takes", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("new", bytes(2));
    disk.append("old", bytes(1));
    disk.rename("new", "old");
    expect(contentOf(disk, "old")).toEqual([2]);
    expect(disk.list()).toEqual(["old"]);
  });

  it.each<[string, (disk: VirtualDisk) => void, string]>([
    ["write beyond the end", (disk) => disk.write("log", bytes(1), 3), "beyond the end of log 3"],
    ["lengthen by a cut", (disk) => disk.truncate("log", 3), "not lengthened by a cut: log 3"],
    ["cut what is not there", (disk) => disk.truncate("no", 0), "no such file: no"],
    ["rename what is not there", (disk) => disk.rename("no", "log"), "no such file: no"],
    ["remove what is not there", (disk) => disk.remove("no"), "no such file: no"],
  ])("refuses to %s", (_what, act, message) => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1, 2));
    expect(() => act(disk)).toThrow(message);
  });
});

describe("a sync", () => {
  it("makes durable what was written when it was called, and nothing after", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1));
    const covers = disk.written;
    disk.append("log", bytes(2));
    disk.settle(covers);
    expect(durableOf(disk, "log")).toEqual([1]);
    expect(contentOf(disk, "log")).toEqual([1, 2]);
  });

  it("leaves what an earlier one that came later covers", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1));
    const early = disk.written;
    disk.append("log", bytes(2));
    disk.settle(disk.written);
    disk.settle(early);
    expect(durableOf(disk, "log")).toEqual([1, 2]);
  });

  it("forgets nothing of what waits while thousands of writes are settled and made", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    const written = Array.from({ length: 5_000 }, (_, i) => i % 251);
    for (const byte of written.slice(0, 2_000)) disk.append("log", bytes(byte, byte, byte));
    // Of more than 1,024 settled writes the room is taken back; 500 others wait meanwhile.
    disk.settle(1_500);
    for (const byte of written.slice(2_000)) disk.append("log", bytes(byte, byte, byte));
    disk.truncate("log", 14_999);
    disk.settle(disk.written - 1);
    const triples = written.flatMap((byte) => [byte, byte, byte]);
    expect(durableOf(disk, "log")).toEqual(triples);
    disk.settle(disk.written);
    expect(durableOf(disk, "log")).toEqual(triples.slice(0, -1));
  });

  it.each([
    // 256 bytes is where it begins; 1,024 settled writes of 3 bytes fit into 4,096.
    ["none waits", 0, 256],
    ["some always wait", 2, 4_096],
  ])("takes back the room of what it settled, when %s", (_when, waiting, arenaMax) => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    for (let i = 0; i < 5_000; i++) {
      disk.append("log", bytes(1, 2, 3));
      disk.settle(disk.written - waiting);
    }
    expect(disk.state.arena.length).toBeLessThanOrEqual(arenaMax);
  });
});

describe("a crash", () => {
  const outcomes = (write: (disk: VirtualDisk) => void): Set<string> => {
    const seeds = Array.from({ length: 500 }, (_, i) => String(i));
    const left = seeds.map((seed) => {
      const disk = new VirtualDisk(SECTOR_BYTES);
      write(disk);
      const { torn } = disk.crash(new RandomStream(seed));
      return `${contentOf(disk, "log")?.join("") ?? "nothing"}${torn ? " torn" : ""}`;
    });
    return new Set(left);
  };

  it("keeps any prefix of the writes, and of the next one leading sectors, or zeros", () => {
    const found = outcomes((disk) => {
      disk.append("log", bytes(1, 1, 1));
      disk.append("log", bytes(2, 2, 2, 2, 2, 2));
    });
    const whole = ["nothing", "111", "111222222"];
    // The second write begins at 3; boundaries within it lie at 4 and 8.
    const torn = ["000", "1112", "111222220", "11122222", "111200000", "111000000"];
    expect(found).toEqual(new Set([...whole, ...torn.map((image) => `${image} torn`)]));
  });

  it("tears an overwrite at boundaries too, and leaves the old bytes behind them", () => {
    const found = outcomes((disk) => {
      disk.append("log", bytes(1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
      disk.settle(disk.written);
      disk.write("log", bytes(2, 2, 2, 2, 2, 2, 2, 2), 1);
    });
    expect(found).toEqual(
      new Set(["1111111111", "1222222221", "1222111111 torn", "1222222211 torn"]),
    );
  });

  it("extends with zeros, not with what a cut has taken", () => {
    const found = outcomes((disk) => {
      disk.append("log", bytes(1, 1, 1));
      disk.truncate("log", 1);
      disk.settle(disk.written);
      disk.append("log", bytes(2, 2));
    });
    expect(found).toEqual(new Set(["1", "122", "100 torn"]));
  });

  it("never calls a write torn of which all was kept", () => {
    const found = outcomes((disk) => disk.append("log", bytes(1, 1, 1, 1)));
    expect(found).toEqual(new Set(["nothing", "1111", "0000 torn"]));
  });

  it("loses a cut, a new name and a removal that were not synced, or keeps them whole", () => {
    const synced = (act: (disk: VirtualDisk) => void) => (disk: VirtualDisk) => {
      disk.append("log", bytes(1, 2));
      disk.settle(disk.written);
      act(disk);
    };
    const cut = outcomes(synced((disk) => disk.truncate("log", 1)));
    const renamed = outcomes(synced((disk) => disk.rename("log", "old")));
    const removed = outcomes(synced((disk) => disk.remove("log")));
    expect(cut).toEqual(new Set(["12", "1"]));
    expect(renamed).toEqual(new Set(["12", "nothing"]));
    expect(removed).toEqual(new Set(["12", "nothing"]));
  });

  it("makes what it leaves durable, and apart from what is written later", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1, 2));
    disk.settle(disk.written);
    disk.crash(new RandomStream("1"));
    disk.write("log", bytes(9), 0);
    expect(durableOf(disk, "log")).toEqual([1, 2]);
  });

  it("has nothing to take from a disk that is all synced", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1, 2));
    disk.settle(disk.written);
    expect(disk.crash(new RandomStream("1"))).toEqual({ kept: 0, lost: 0, torn: undefined });
    expect(contentOf(disk, "log")).toEqual([1, 2]);
  });
});

const arbitraryFile = fc.constantFrom("a", "b");
const arbitraryBytes = fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 11 });
const arbitraryShare = fc.double({ min: 0, max: 1, noNaN: true });
const arbitraryWrite: fc.Arbitrary<Write> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("append"), file: arbitraryFile, bytes: arbitraryBytes }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("write"),
      file: arbitraryFile,
      bytes: arbitraryBytes,
      at: arbitraryShare,
    }),
  },
  fc.record({ do: fc.constant("truncate"), file: arbitraryFile, keep: arbitraryShare }),
  fc.record({ do: fc.constant("rename"), file: arbitraryFile, to: arbitraryFile }),
  fc.record({ do: fc.constant("remove"), file: arbitraryFile }),
);
const arbitraryCommand = fc.oneof(
  { weight: 6, arbitrary: arbitraryWrite },
  /** A sync that completes after so many more commands. */
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sync"), after: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash"), seed: fc.string() }) },
);

/** A disk and its model, side by side. */
class Twins {
  readonly #disk = new VirtualDisk(SECTOR_BYTES);
  readonly #naive = new NaiveDisk();
  #syncs: { covers: number; left: number }[] = [];

  /** Does both, and compares all that can be seen. */
  obey(command: typeof arbitraryCommand extends fc.Arbitrary<infer Of> ? Of : never): void {
    if (command.do === "crash") this.#crash(command.seed);
    else if (command.do === "sync")
      this.#syncs.push({ covers: this.#disk.written, left: command.after });
    else this.#write(command);
    for (const sync of this.#syncs) if (sync.left-- === 0) this.#settle(sync.covers);
    expect(imageOf(this.#disk)).toEqual(this.#naive.image);
    const durable = new Map(["a", "b"].map((file) => [file, durableOf(this.#disk, file)]));
    expect(durable).toEqual(
      new Map(["a", "b"].map((file) => [file, this.#naive.durable.get(file)])),
    );
    expect(this.#disk.written).toBe(this.#naive.written);
  }

  #write(write: Write): void {
    const size = this.#disk.read(write.file)?.length;
    // A file that is not there can be written and nothing else.
    if (size === undefined && write.do !== "append" && write.do !== "write") return;
    this.#naive.write(write, size ?? 0);
    if (write.do === "append") this.#disk.append(write.file, Uint8Array.from(write.bytes));
    else if (write.do === "rename") this.#disk.rename(write.file, write.to);
    else if (write.do === "remove") this.#disk.remove(write.file);
    else if (write.do === "truncate")
      this.#disk.truncate(write.file, offsetOf(write.keep, size ?? 0));
    else this.#disk.write(write.file, Uint8Array.from(write.bytes), offsetOf(write.at, size ?? 0));
  }

  #settle(covers: number): void {
    this.#disk.settle(covers);
    this.#naive.settle(covers);
  }

  #crash(seed: string): void {
    const { kept, lost, torn } = this.#disk.crash(new RandomStream(seed));
    expect(kept + lost).toBe(this.#naive.pendingCount);
    const image = imageOf(this.#disk);
    if (torn === undefined) expect(image).toEqual(this.#naive.kept(kept));
    else expect(this.#naive.torn(kept, SECTOR_BYTES)).toContainEqual(image);
    this.#naive.crashed(image);
    this.#syncs = [];
  }
}

it("is, at any time, what a list of writes would make it, and legal after every crash", () => {
  const property = fc.property(fc.array(arbitraryCommand, { maxLength: 40 }), (commands) => {
    const twins = new Twins();
    for (const command of commands) twins.obey(command);
  });
  fc.assert(property, { numRuns: 500 });
});

it("never gives up a byte that a sync has covered, however often the power fails", () => {
  const appends = fc.array(arbitraryBytes, { maxLength: 5 });
  const property = fc.property(appends, fc.array(appends), fc.string(), (synced, later, seed) => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    const random = new RandomStream(seed);
    disk.append("log", bytes());
    for (const each of synced) disk.append("log", Uint8Array.from(each));
    disk.settle(disk.written);
    for (const life of later) {
      for (const each of life) disk.append("log", Uint8Array.from(each));
      disk.crash(random);
    }
    const safe = synced.flat();
    expect(contentOf(disk, "log")!.slice(0, safe.length)).toEqual(safe);
  });
  fc.assert(property);
});
