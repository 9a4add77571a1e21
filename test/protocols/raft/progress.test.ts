import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { appendEntry, emptyLog, type RaftLog } from "../../../src/protocols/raft/log.ts";
import { defaultRaftOptions } from "../../../src/protocols/raft/options.ts";
import {
  inflightBytes,
  newProgress,
  type Progress,
  sendableUpTo,
} from "../../../src/protocols/raft/progress.ts";

/** A log of entries of these sizes. */
function logOf(sizes: readonly number[]): RaftLog<string> {
  const log = emptyLog<string>();
  sizes.forEach((size, i) => {
    appendEntry(log, { index: i + 1, term: 1, command: "x" }, size);
  });
  return log;
}

function progressAt(match: number, next: number, mode: Progress["mode"] = "replicate"): Progress {
  return { ...newProgress("n2", 0, defaultRaftOptions), match, next, mode };
}

const LIMITS = { appendEntriesMax: 3, appendBytesMax: 25, inflightMax: 5, inflightBytesMax: 45 };

describe("sendableUpTo", () => {
  const tens = logOf(new Array(20).fill(10));

  it.each([
    ["no more entries than an append may have", { appendBytesMax: 100 }, progressAt(0, 1), 3],
    ["no more bytes than an append may have", {}, progressAt(0, 1), 2],
    ["one entry, however large", { appendBytesMax: 1, inflightBytesMax: 1 }, progressAt(0, 1), 1],
    ["no more than the log has", {}, progressAt(20, 21), 20],
    ["what the window has left, in entries", { inflightBytesMax: 99 }, progressAt(0, 5), 5],
    ["what the window has left, in bytes", { inflightMax: 9 }, progressAt(0, 4), 4],
    ["nothing when the window is full of entries", { inflightMax: 4 }, progressAt(0, 5), 4],
    ["nothing when the window is full of bytes", { inflightMax: 9 }, progressAt(0, 5), 4],
    ["as much as in an append to one that is probed", {}, progressAt(0, 9, "probe"), 10],
    ["a single entry to one without room", {}, progressAt(0, 9, "full"), 9],
  ])("allows %s", (_, limits, progress, last) => {
    expect(sendableUpTo(tens, progress, { ...LIMITS, ...limits })).toBe(last);
  });

  it("is the longest append that breaks no limit", () => {
    const property = fc.property(
      fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 20 }),
      fc.nat(20),
      fc.nat(20),
      fc.constantFrom("probe", "replicate"),
      (sizes, matchDrawn, inflightDrawn, mode) => {
        const match = Math.min(matchDrawn, sizes.length);
        const next = Math.min(match + inflightDrawn, sizes.length) + 1;
        const sum = (from: number, to: number): number =>
          sizes.slice(from - 1, to).reduce((bytes, size) => bytes + size, 0);
        const isWindow = mode === "replicate";
        const fits = (last: number): boolean =>
          last <= sizes.length &&
          last - next + 1 <= LIMITS.appendEntriesMax &&
          (last === next || sum(next, last) <= LIMITS.appendBytesMax) &&
          (!isWindow || last - match <= LIMITS.inflightMax) &&
          (!isWindow || last === match + 1 || sum(match + 1, last) <= LIMITS.inflightBytesMax);
        let expected = next - 1;
        while (fits(expected + 1)) expected++;
        const found = sendableUpTo(logOf(sizes), progressAt(match, next, mode), LIMITS);
        expect(Math.max(found, next - 1)).toBe(expected);
      },
    );
    fc.assert(property, { numRuns: 1_000 });
  });
});

describe("inflightBytes", () => {
  const log = logOf([1, 2, 4, 8]);

  it("are those of the entries sent and not acknowledged", () => {
    expect(inflightBytes(log, progressAt(1, 4))).toBe(6);
    expect(inflightBytes(log, progressAt(4, 5))).toBe(0);
  });

  it("are not counted while it is probed, one append at a time", () => {
    expect(inflightBytes(log, progressAt(1, 4, "probe"))).toBe(0);
  });
});
