// The Raft invariants remember instead of looking back: they must find what looking back finds,
// and what they remember must keep a step cheap.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Attempt, DrawnRaft, drawnHistory, SIZE } from "../support/drawn-raft.ts";
import { HandMadeRaft, logOf } from "../support/hand-made-raft.ts";
import { naiveVerdict } from "../support/naive-raft.ts";

/** Plays a history up to its first breach; both verdicts on its last step. */
function judgeTwice(attempts: readonly Attempt[]): { remembered: string[]; naive: string[] } {
  const drawn = new DrawnRaft();
  for (const attempt of attempts) {
    const said = drawn.play(attempt);
    if (said === undefined) continue;
    const remembered = said.map((text) => text.slice(0, text.indexOf(":")));
    const naive = naiveVerdict(drawn.scenes, SIZE);
    if (remembered.length > 0 || naive.length > 0) return { remembered, naive };
  }
  return { remembered: [], naive: [] };
}

describe("the invariants of Raft", () => {
  it("find what a look at the whole history finds, at the same step", () => {
    const property = fc.property(drawnHistory, (attempts) => {
      const { remembered, naive } = judgeTwice(attempts);
      expect(remembered).toEqual(naive);
    });
    fc.assert(property, { numRuns: 800 });
  });

  it("are held and broken, each of them, by the histories that are drawn", () => {
    const histories = fc.sample(drawnHistory, { numRuns: 2_000, seed: 1 });
    const verdicts = new Set(histories.map((one) => judgeTwice(one).naive[0] ?? "held"));
    expect([...verdicts].sort()).toEqual([
      ...["RAFT-APPEND", "RAFT-COMPLETE", "RAFT-DURABLE", "RAFT-ELECT", "RAFT-KEEP", "RAFT-MATCH"],
      ...["RAFT-MONO", "RAFT-QUORUM", "RAFT-RECALL", "RAFT-SM-SAFETY", "RAFT-VOTE", "held"],
    ]);
  });
});

describe("the number of entries that a step makes the invariants read", () => {
  /** A leader of three with so many entries, all of them committed, applied and scrubbed over. */
  function settled(length: number): HandMadeRaft {
    const raft = new HandMadeRaft(3);
    const log = logOf(...Array.from({ length }, () => 1));
    raft.steps(["n1", "n2", "n3"], { term: 1, votedFor: "n1", log });
    raft.step("n1", { role: "leader", commit: length, applied: length });
    raft.steps(["n2", "n3"], { commit: length, applied: length });
    return raft;
  }

  it.each([
    ["adds an entry", "n1", (raft: HandMadeRaft) => ({ log: added(raft) })],
    ["does nothing", "n1", () => ({})],
    ["becomes leader of a new term", "n2", () => ({ role: "leader", term: 2, votedFor: "n2" })],
    ["takes over an entry and commits", "n2", (raft: HandMadeRaft) => ({ log: added(raft) })],
  ])("does not grow with the log when a member %s", (_, id, deed) => {
    const reads = [10, 1_000, 10_000].map((length) => {
      const raft = settled(length);
      const before = raft.member(id).entriesRead;
      raft.step(id, deed(raft));
      return raft.member(id).entriesRead - before;
    });
    expect(reads[0]).toBeGreaterThan(0);
    expect(reads).toEqual([reads[0], reads[0], reads[0]]);
  });

  it("does not grow with the log when entries are committed and applied", () => {
    const reads = [10, 1_000, 10_000].map((length) => {
      const raft = settled(length);
      const log = added(raft);
      raft.steps(["n1", "n2"], { log });
      const before = raft.member("n1").entriesRead;
      expect(raft.step("n1", { commit: length + 1, applied: length + 1 })).toEqual([]);
      return raft.member("n1").entriesRead - before;
    });
    expect(reads).toEqual([reads[0], reads[0], reads[0]]);
  });

  function added(raft: HandMadeRaft) {
    return [...raft.member("n1").log, ...logOf(1)];
  }
});
