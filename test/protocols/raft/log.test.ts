import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  appendEntry,
  bytesUpTo,
  CHUNK_ENTRIES,
  compactUpTo,
  type Entry,
  emptyLog,
  entriesFrom,
  entryAt,
  lastIndexUpToTerm,
  type RaftLog,
  termAt,
  truncateFrom,
} from "../../../src/protocols/raft/log.ts";
import { entries } from "../../support/raft-messages.ts";

/** The naive log: an array, which forgets nothing. */
interface Model {
  /** How many of its entries are compacted. */
  base: number;
  entries: Entry<string>[];
  /** By place, how many bytes each takes. */
  sizes: number[];
}

type Command = fc.Command<Model, RaftLog<string>>;

/** Adds some entries: many at a time, so that logs grow over several chunks. */
const append = (count: number, termStep: number): Command => ({
  check: () => true,
  run: (model, log) => {
    const term = (model.entries.at(-1)?.term ?? 0) + termStep;
    for (let i = 0; i < count; i++) {
      const entry = { index: model.entries.length + 1, term, command: `${i}` };
      model.entries.push(entry);
      appendEntry(log, entry, i + 1);
      model.sizes.push(i + 1);
    }
    expect(log.lastIndex).toBe(model.entries.length);
  },
  toString: () => `append(${count}, ${termStep})`,
});

/** Cuts the log at a share of its length. */
const truncate = (share: number): Command => ({
  check: ({ entries, base }) => entries.length > base,
  run: (model, log) => {
    const index = indexAt(model, share);
    model.entries = model.entries.slice(0, index - 1);
    model.sizes = model.sizes.slice(0, index - 1);
    truncateFrom(log, index);
    expect(log.chunks.flat()).toEqual(model.entries.slice(log.origin));
    expect(log.lastIndex).toBe(model.entries.length);
  },
  toString: () => `truncate(${share})`,
});

/** Lets go of a share of the log. */
const compact = (share: number): Command => ({
  check: ({ entries, base }) => entries.length > base,
  run: (model, log) => {
    model.base = indexAt(model, share);
    compactUpTo(log, model.base);
    expect(log.base.index).toBe(model.base);
    expect(log.origin).toBeGreaterThan(model.base - CHUNK_ENTRIES);
    expect(() => entryAt(log, model.base)).toThrow("no entry at index");
    expect(termAt(log, model.base)).toBe(model.entries[model.base - 1]!.term);
  },
  toString: () => `compact(${share})`,
});

/** The index of an entry that is there. */
function indexAt({ entries, base }: Model, share: number): number {
  return base + 1 + Math.floor(share * (entries.length - base - 1));
}

const slice = (share: number, countMax: number): Command => ({
  check: () => true,
  run: (model, log) => {
    const from = model.base + 1 + Math.floor(share * (model.entries.length - model.base));
    const to = Math.min(log.lastIndex, from - 1 + countMax);
    expect(entriesFrom(log, from, to)).toEqual(model.entries.slice(from - 1, to));
    const bytes = model.sizes.slice(0, to).reduce((sum, size) => sum + size, 0);
    expect(bytesUpTo(log, to)).toBe(bytes);
  },
  toString: () => `slice(${share}, ${countMax})`,
});

const lookUp = (share: number): Command => ({
  check: ({ entries, base }) => entries.length > base,
  run: (model, log) => {
    const index = indexAt(model, share);
    expect(entryAt(log, index)).toBe(model.entries[index - 1]);
    expect(termAt(log, index)).toBe(model.entries[index - 1]?.term);
  },
  toString: () => `lookUp(${share})`,
});

const share = fc.integer({ min: 0, max: 16 }).map((sixteenth) => sixteenth / 16);
const commands = [
  fc.tuple(fc.constantFrom(1, 2, 31, 63, 64, 65, 130), fc.nat(2)).map((args) => append(...args)),
  share.map(truncate),
  share.map(compact),
  fc.tuple(share, fc.constantFrom(0, 1, 64, 65, 1_000)).map((args) => slice(...args)),
  share.map(lookUp),
];

describe("RaftLog", () => {
  it("does what an array does", () => {
    const property = fc.property(
      fc.commands(commands, { maxCommands: 40, size: "max" }),
      (drawn) => {
        const model = () => ({ base: 0, entries: [], sizes: [] });
        fc.modelRun(() => ({ model: model(), real: emptyLog<string>() }), drawn);
      },
    );
    fc.assert(property, { numRuns: 100 });
  });

  it("finds the last index up to a term as a search from the end does", () => {
    const terms = fc.array(fc.nat(8), { maxLength: 150, size: "max" });
    const property = fc.property(terms, fc.nat(), fc.nat(), fc.nat(9), (unsorted, a, b, term) => {
      const all = entries(
        0,
        unsorted.sort((one, other) => one - other),
      );
      const [base, from] = [a % (all.length + 1), b % (all.length + 1)].sort((x, y) => x - y);
      const log = logOf(all);
      compactUpTo(log, base!);
      const expected = all.slice(0, from).findLastIndex((entry) => entry.term <= term) + 1;
      expect(lastIndexUpToTerm(log, from!, term)).toBe(Math.max(base!, expected));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it.each([CHUNK_ENTRIES - 1, CHUNK_ENTRIES, CHUNK_ENTRIES + 1, 2 * CHUNK_ENTRIES])(
    "cut to %i entries takes the next one where it belongs",
    (kept) => {
      const all = entries(0, new Array(3 * CHUNK_ENTRIES).fill(1));
      const log = emptyLog<string>();
      for (const entry of all) appendEntry(log, entry, 1);
      truncateFrom(log, kept + 1);
      appendEntry(log, all[kept]!, 1);
      expect(log.chunks.flat()).toEqual(all.slice(0, kept + 1));
      expect(log.chunks.map((chunk) => chunk.length).slice(0, -1)).not.toContain(0);
    },
  );
});

describe("RaftLog at its bounds", () => {
  const three = () => logOf(entries(0, [1, 1, 3]));

  it("has term 0 at index 0", () => {
    expect(termAt(three(), 0)).toBe(0);
  });

  it.each([0, 4])("has no entry at %i", (index) => {
    expect(() => entryAt(three(), index)).toThrow(`no entry at index ${index} of 3`);
  });

  it.each([3, 5])("takes no entry %i after entry 3", (index) => {
    const entry = { index, term: 3, command: "x" };
    expect(() => appendEntry(three(), entry, 1)).toThrow(`a gap in the log: 3 ${index}`);
  });

  it("takes no entry of an earlier term", () => {
    const entry = { index: 4, term: 2, command: "x" };
    expect(() => appendEntry(three(), entry, 1)).toThrow("terms fall at index 4 2");
  });

  it.each([0, 4])("is not cut at %i", (index) => {
    expect(() => truncateFrom(three(), index)).toThrow(`nothing to cut at ${index} of 3`);
  });
});

function logOf(all: readonly Entry<string>[]): RaftLog<string> {
  const log = emptyLog<string>();
  for (const entry of all) appendEntry(log, entry, 1);
  return log;
}
