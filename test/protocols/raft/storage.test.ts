import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Journal } from "../../../src/protocols/journal.ts";
import type { Entry } from "../../../src/protocols/raft/log.ts";
import {
  type DurableTerms,
  readDurableTerms,
  writeBase,
  writeEntry,
} from "../../../src/protocols/raft/records.ts";
import { RAFT_FILE, RaftStorage } from "../../../src/protocols/raft/storage.ts";
import { keptJournal, keptJournals, textCodec } from "../../support/raft-member.ts";
import { ManualDisk } from "../../support/recording-env.ts";

/** A write: a vote, or an entry that replaces what stands from its index on. */
type Write =
  | { readonly kind: "vote"; readonly term: number; readonly votedFor: string | undefined }
  | { readonly kind: "entry"; readonly kept: number; readonly command: string | undefined };

const count = fc.nat(Number.MAX_SAFE_INTEGER);
const writes: fc.Arbitrary<Write[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("vote" as const),
      term: count,
      votedFor: fc.option(fc.string({ minLength: 1, unit: "binary" }), { nil: undefined }),
    }),
    fc.record({
      kind: fc.constant("entry" as const),
      // How much of the log so far stays, as a share.
      kept: fc.constantFrom(0, 0.5, 0.9, 1, 1, 1, 1),
      command: fc.option(fc.string({ unit: "binary" }), { nil: undefined }),
    }),
  ),
  { maxLength: 200, size: "max" },
);

/** What a naive memory holds after the writes, and the disk that holds the same. */
function perform(list: readonly Write[]) {
  const disk = new ManualDisk();
  const storage = new RaftStorage(disk, textCodec, keptJournals());
  const expected = {
    term: 0,
    votedFor: undefined as string | undefined,
    log: [] as Entry<string>[],
  };
  list.forEach((write, term) => {
    if (write.kind === "vote") {
      storage.saveVote(write.term, write.votedFor);
      Object.assign(expected, { term: write.term, votedFor: write.votedFor });
    } else {
      expected.log.length = Math.floor(expected.log.length * write.kept);
      const entry = { index: expected.log.length + 1, term, command: write.command };
      storage.encodeEntry(entry);
      storage.saveEntry();
      expected.log.push(entry);
    }
  });
  return { disk, expected };
}

describe("RaftStorage", () => {
  it("loads what was saved", () => {
    const property = fc.property(writes, (list) => {
      const { disk, expected } = perform(list);
      const { term, votedFor, log, tornBytes } = new RaftStorage(
        disk,
        textCodec,
        keptJournals(),
      ).load();
      expect({ term, votedFor, log: log.chunks.flat() }).toEqual(expected);
      expect(log.lastIndex).toBe(expected.log.length);
      expect(tornBytes).toBe(0);
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("refuses a record of unknown kind", () => {
    const disk = new ManualDisk();
    const journal = new Journal(disk, RAFT_FILE, keptJournal());
    journal.begin().byte(9);
    journal.append();
    const storage = new RaftStorage(disk, textCodec, keptJournals());
    expect(() => storage.load()).toThrow("a record of unknown kind 9");
  });
});

describe("readDurableTerms", () => {
  it("sees the same terms and vote, in one go or record by record", () => {
    const property = fc.property(writes, fc.nat(), (list, cut) => {
      const { disk, expected } = perform(list);
      const bytes = disk.read(RAFT_FILE) ?? new Uint8Array(0);
      const middle = cut % (bytes.length + 1);
      const seen: DurableTerms = {
        term: 0,
        votedFor: undefined,
        snapshotIndex: 0,
        compacted: 0,
        terms: [],
      };
      const end = readDurableTerms(seen, bytes, 0, middle);
      expect(readDurableTerms(seen, bytes, end, bytes.length)).toBe(bytes.length);
      const { term, votedFor, log } = expected;
      const whole = { snapshotIndex: 0, compacted: 0 };
      expect(seen).toEqual({ term, votedFor, ...whole, terms: log.map((entry) => entry.term) });
    });
    fc.assert(property, { numRuns: 100 });
  });

  it("refuses an entry that stands behind a snapshot, and before its end", () => {
    const disk = new ManualDisk();
    const journal = new Journal(disk, RAFT_FILE, keptJournal());
    writeBase(journal.begin(), 5, 1);
    journal.append();
    writeEntry(journal.begin(), { index: 5, term: 1, command: "x" }, textCodec);
    journal.append();
    const bytes = disk.read(RAFT_FILE)!;
    const seen = { term: 0, votedFor: undefined, snapshotIndex: 0, compacted: 0, terms: [] };
    expect(() => readDurableTerms(seen, bytes, 0, bytes.length)).toThrow(
      "a journal that begins behind 5 has entry 5",
    );
  });
});
