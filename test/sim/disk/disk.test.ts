import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualDisk } from "../../../src/sim/disk/disk.ts";
import { RandomStream } from "../../../src/sim/random/random.ts";
import {
  type Image,
  keyOf,
  NaiveDisk,
  offsetOf,
  type Scope,
  type Write,
} from "../../support/naive-disk.ts";

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

const asImage = (files: ReadonlyMap<string, Uint8Array>): Image =>
  new Map([...files].map(([name, found]) => [name, [...found]]));

/** All that a crash could leave. */
function crashStates(disk: VirtualDisk): Set<string> {
  const images = disk.crashStates(1_000)!;
  return new Set(images.map((image) => keyOf(asImage(image))));
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
    ["none waits", 0, 0],
    // More than 1,024 settled changes are not kept.
    ["some always wait", 2, 1_026],
  ])("takes back the room of what it settled, when %s", (_when, waiting, pendingMax) => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    for (let i = 0; i < 5_000; i++) {
      disk.append("log", bytes(1, 2, 3));
      disk.settle(disk.written - waiting);
      expect(disk.state.names.get("log")!.pending.length).toBeLessThanOrEqual(pendingMax);
    }
  });

  it("of one file makes its bytes and its size durable, and not its name", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1));
    disk.append("other", bytes(2));
    disk.settle(disk.written, disk.scopeOf("log"));
    expect(durableOf(disk, "log")).toBeUndefined();
    expect(crashStates(disk)).toEqual(
      new Set(
        ["", "log: 1", "other: ", "other: 0", "other: 2", "log: 1\nother: "].concat([
          "log: 1\nother: 0",
          "log: 1\nother: 2",
        ]),
      ),
    );
  });

  it("of the directory makes names durable, and no bytes", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1));
    disk.settle(disk.written, "directory");
    expect(durableOf(disk, "log")).toEqual([]);
    expect(crashStates(disk)).toEqual(new Set(["log: ", "log: 0", "log: 1"]));
  });

  it("of a file that has a new name concerns the same file", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("old", bytes(1));
    const scope = disk.scopeOf("old");
    const covers = disk.written;
    disk.rename("old", "new");
    disk.settle(covers, scope);
    disk.settle(disk.written, "directory");
    expect(crashStates(disk)).toEqual(new Set(["new: 1"]));
  });
});

describe("a crash", () => {
  /** All that it leaves of the file, and whether something was torn. */
  const outcomes = (write: (disk: VirtualDisk) => void): Set<string> => {
    const seeds = Array.from({ length: 800 }, (_, i) => String(i));
    const left = seeds.map((seed) => {
      const disk = new VirtualDisk(SECTOR_BYTES);
      write(disk);
      const { torn } = disk.crash(new RandomStream(seed));
      return `${contentOf(disk, "log")?.join("") ?? "nothing"}${torn > 0 ? " torn" : ""}`;
    });
    return new Set(left);
  };
  const synced = (act: (disk: VirtualDisk) => void) => (disk: VirtualDisk) => {
    disk.append("log", bytes(1, 1, 1, 1, 1, 1));
    disk.settle(disk.written);
    act(disk);
  };

  it("keeps any sectors of an append, in any order, with or without its size", () => {
    const found = outcomes(synced((disk) => disk.append("log", bytes(2, 2, 2, 2, 2))));
    // The append touches sectors [4, 8) and [8, 12).
    expect(found).toEqual(
      new Set(
        ["111111", "11111122222", "111111 torn", "11111100000 torn"].concat([
          ...["11111122000 torn", "11111100222 torn"],
        ]),
      ),
    );
  });

  it("keeps of each sector an old version, or a newer one with all that came before", () => {
    const found = outcomes(
      synced((disk) => {
        disk.write("log", bytes(2), 0);
        disk.write("log", bytes(3), 1);
        disk.write("log", bytes(4), 5);
      }),
    );
    const first = ["1111", "2111", "2311"];
    expect(found).toEqual(new Set(first.flatMap((head) => [`${head}11`, `${head}14`])));
  });

  it("never shows what a kept cut has taken, and keeps what is new behind it", () => {
    const found = outcomes(
      synced((disk) => {
        disk.truncate("log", 1);
        disk.append("log", bytes(2, 2));
      }),
    );
    // What the file grows by is in the sector whose rest the cut has zeroed.
    expect(found).toEqual(new Set(["111111", "1", "122", "100 torn", "1 torn", "122011 torn"]));
  });

  it("loses a cut, a new name and a removal that were not synced, or keeps them whole", () => {
    const cut = outcomes(synced((disk) => disk.truncate("log", 1)));
    const renamed = outcomes(synced((disk) => disk.rename("log", "old")));
    const removed = outcomes(synced((disk) => disk.remove("log")));
    expect(cut).toEqual(new Set(["111111", "1"]));
    expect(renamed).toEqual(new Set(["111111", "nothing"]));
    expect(removed).toEqual(new Set(["111111", "nothing"]));
  });

  it("can keep a rename before the bytes of what was renamed: the lost rename", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1));
    disk.settle(disk.written);
    disk.append("new", bytes(2));
    disk.rename("new", "log");
    // The old file, or the new one: empty, of zeros or whole; and the new one under its old name.
    const legal = ["log: 1", "log: ", "log: 0", "log: 2"];
    const both = ["log: 1\nnew: ", "log: 1\nnew: 0", "log: 1\nnew: 2"];
    expect(crashStates(disk)).toEqual(new Set([...legal, ...both]));
    const drawn = Array.from({ length: 200 }, (_, seed) => {
      const copy = new VirtualDisk(SECTOR_BYTES);
      Object.assign(copy.state, structuredClone(disk.state));
      copy.crash(new RandomStream(String(seed)));
      return keyOf(imageOf(copy));
    });
    expect(new Set(drawn)).toEqual(crashStates(disk));
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
    expect(disk.crash(new RandomStream("1"))).toEqual({ kept: 0, lost: 0, torn: 0 });
    expect(contentOf(disk, "log")).toEqual([1, 2]);
  });
});

describe("a failed sync", () => {
  const failed = (): VirtualDisk => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1, 1, 1, 1));
    disk.settle(disk.written);
    disk.append("log", bytes(2, 2, 2, 2));
    disk.abandon(disk.written);
    return disk;
  };

  it("leaves what it covered to be read, and to be lost after a later sync too", () => {
    const disk = failed();
    disk.append("log", bytes(3, 3));
    disk.settle(disk.written);
    expect(contentOf(disk, "log")).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3]);
    expect(durableOf(disk, "log")).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 3, 3]);
    expect(crashStates(disk)).toEqual(
      new Set(["log: 1 1 1 1 0 0 0 0 3 3", "log: 1 1 1 1 2 2 2 2 3 3"]),
    );
  });

  it("is made good by a write of the same sector that is synced", () => {
    const disk = failed();
    disk.write("log", bytes(4), 5);
    disk.settle(disk.written);
    expect(crashStates(disk)).toEqual(new Set(["log: 1 1 1 1 2 4 2 2"]));
  });

  it("of names is made good by the next", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("a", bytes());
    disk.abandon(disk.written);
    expect(crashStates(disk)).toEqual(new Set(["", "a: "]));
    disk.settle(disk.written);
    expect(crashStates(disk)).toEqual(new Set(["a: "]));
  });
});

describe("all crash states", () => {
  it("are refused when they are more than asked for", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", bytes(1));
    expect(disk.crashStates(4)?.length).toBe(4);
    expect(disk.crashStates(3)).toBeUndefined();
  });

  it("are refused when there are too many ways to them", () => {
    const disk = new VirtualDisk(SECTOR_BYTES);
    disk.append("log", new Uint8Array(20 * SECTOR_BYTES));
    expect(disk.crashStates(1_000_000)).toBeUndefined();
  });
});

const arbitraryFile = fc.constantFrom("a", "b");
const arbitraryBytes = fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 6 });
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
/** A sync that comes back, well or not, after so many more commands. */
const arbitrarySync = fc.record({
  do: fc.constant("sync"),
  of: fc.constantFrom("all", "all", "directory", "a", "b"),
  after: fc.nat(3),
  fails: fc.boolean(),
});
const arbitraryCommand = fc.oneof(
  { weight: 6, arbitrary: arbitraryWrite },
  { weight: 3, arbitrary: arbitrarySync },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("crash"), seed: fc.string() }) },
);
type Command = typeof arbitraryCommand extends fc.Arbitrary<infer Of> ? Of : never;

/** A disk and its model, side by side. */
class Twins {
  readonly disk = new VirtualDisk(SECTOR_BYTES);
  readonly #naive = new NaiveDisk(SECTOR_BYTES);
  #syncs: { left: number; readonly comeBack: () => void }[] = [];

  /** Does both, and compares all that can be seen. */
  obey(command: Command): void {
    if (command.do === "crash") this.#crash(command.seed);
    else if (command.do === "sync") this.#sync(command);
    else this.#write(command);
    for (const sync of this.#syncs) if (sync.left-- === 0) sync.comeBack();
    expect(imageOf(this.disk)).toEqual(this.#naive.image);
    const durable = new Map(["a", "b"].map((file) => [file, durableOf(this.disk, file)]));
    const expected = this.#naive.durable;
    expect(durable).toEqual(new Map(["a", "b"].map((file) => [file, expected.get(file)])));
    expect(this.disk.written).toBe(this.#naive.written);
    const used = [...this.#naive.image.values()].reduce((sum, { length }) => sum + length, 0);
    expect(this.disk.state.usedBytes).toBe(used);
  }

  /** Compares all that a crash could leave; true if that could be listed. */
  compareCrashes(): boolean {
    const expected = this.#naive.crashes();
    const images = this.disk.crashStates(20_000);
    if (expected === undefined || images === undefined) return false;
    expect(new Set(images.map((image) => keyOf(asImage(image))))).toEqual(expected);
    expect(images.length).toBe(expected.size);
    return true;
  }

  #write(write: Write): void {
    const size = this.disk.read(write.file)?.length;
    // A file that is not there can be written and nothing else.
    if (size === undefined && write.do !== "append" && write.do !== "write") return;
    this.#naive.write(write);
    if (write.do === "append") this.disk.append(write.file, Uint8Array.from(write.bytes));
    else if (write.do === "rename") this.disk.rename(write.file, write.to);
    else if (write.do === "remove") this.disk.remove(write.file);
    else if (write.do === "truncate")
      this.disk.truncate(write.file, offsetOf(write.keep, size ?? 0));
    else this.disk.write(write.file, Uint8Array.from(write.bytes), offsetOf(write.at, size ?? 0));
  }

  #sync({ of, after, fails }: { of: string; after: number; fails: boolean }): void {
    const isName = of === "a" || of === "b";
    if (isName && this.disk.read(of) === undefined) return;
    const covers = this.disk.written;
    const scope = isName ? this.disk.scopeOf(of) : of === "all" ? of : "directory";
    const naive: Scope = isName ? { file: this.#naive.file(of)! } : of === "all" ? of : "directory";
    const comeBack = (): void => {
      if (fails) this.disk.abandon(covers, scope);
      else this.disk.settle(covers, scope);
      this.#naive.sync(covers, naive, fails ? "abandoned" : "durable");
    };
    this.#syncs.push({ left: after, comeBack });
  }

  #crash(seed: string): void {
    const legal = this.#naive.crashes();
    this.disk.crash(new RandomStream(seed));
    const image = imageOf(this.disk);
    if (legal !== undefined) expect(legal).toContain(keyOf(image));
    this.#naive.crashed(image);
    this.#syncs = [];
  }
}

it("is, at any time, what lists of changes would make it, and legal after every crash", () => {
  const property = fc.property(fc.array(arbitraryCommand, { maxLength: 30 }), (commands) => {
    const twins = new Twins();
    for (const command of commands) twins.obey(command);
  });
  fc.assert(property, { numRuns: 300 });
});

it("lists just the crash states that trying every way gives", () => {
  let listed = 0;
  const property = fc.property(fc.array(arbitraryCommand, { maxLength: 14 }), (commands) => {
    const twins = new Twins();
    for (const command of commands) twins.obey(command);
    if (twins.compareCrashes()) listed++;
  });
  fc.assert(property, { numRuns: 300 });
  expect(listed).toBeGreaterThan(150);
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
