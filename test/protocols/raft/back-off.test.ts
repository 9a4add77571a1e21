// Raft §5.3: how a leader finds where a follower's log agrees with its own, and how fast.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { converse, follower, leader } from "../../support/raft-member.ts";
import { accepted, append, refused } from "../../support/raft-messages.ts";

describe("figure 7: the leader of term 8 makes the follower's log its own", () => {
  const log = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  it.each([
    ["(a) lacks an entry", 2, [1, 1, 1, 4, 4, 5, 5, 6, 6]],
    ["(b) lacks many", 2, [1, 1, 1, 4]],
    ["(c) has an extra one", 2, [...log, 6]],
    ["(d) has extra ones of term 7", 2, [...log, 7, 7]],
    ["(e) has others", 2, [1, 1, 1, 4, 4, 4, 4]],
    ["(f) has others", 2, [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3]],
  ] as const)("%s: after %i appends", (_name, appends, theirs) => {
    const leading = leader({ term: 8, log });
    const following = follower({ term: 7, log: theirs });
    expect(converse(leading, following)).toBe(appends);
    expect(following.log).toEqual([...log, 8]);
    expect(leading.progressOf("n2").match).toBe(log.length + 1);
  });
});

describe("§5.3, fast back-off: whole terms are skipped at a time", () => {
  /** So long that a step for each entry would show. */
  const many = (term: number): number[] => Array.from({ length: 100 }, () => term);

  it.each([
    ["one term of the follower's", [1, ...many(3)], [1, ...many(2)]],
    ["one term of the leader's", [1, 2, ...many(4)], [1, 2, ...many(3)]],
    ["a longer log of the follower", [1, 3], [1, ...many(2)]],
    ["a longer log of the leader", [1, ...many(3)], [1]],
  ])("%s: two appends suffice to agree", (_name, ours, theirs) => {
    const leading = leader({ term: 9, log: ours, options: { appendEntriesMax: 1_000 } });
    const following = follower({ term: 8, log: theirs });
    expect(converse(leading, following)).toBe(2);
    expect(following.log).toEqual([...ours, 9]);
  });

  it("terms that alternate take one append for each of the follower's, and one more", () => {
    const leading = leader({ term: 9, log: [1, 2, 2, 4, 4, 6, 6] });
    const following = follower({ term: 8, log: [1, 3, 3, 5, 5, 7, 7] });
    expect(converse(leading, following)).toBe(4);
    expect(following.log).toEqual([1, 2, 2, 4, 4, 6, 6, 9]);
  });
});

describe("§5.3, logs that share a beginning and then only differ", () => {
  /** Ends of logs: terms that never fall, even ones for the leader's and odd ones for the other. */
  const end = (odd: 0 | 1) =>
    fc
      .array(fc.nat(5), { maxLength: 20, size: "max" })
      .map((steps) => steps.sort((a, b) => a - b).map((step) => 2 + 2 * step + odd));
  const shared = fc.array(fc.constant(1), { maxLength: 5 });

  it("agree after one append for each differing term, and two more, at most", () => {
    const property = fc.property(shared, end(0), end(1), (beginning, ours, theirs) => {
      const leading = leader({ term: 20, log: [...beginning, ...ours] });
      const following = follower({ term: 19, log: [...beginning, ...theirs] });
      const appends = converse(leading, following);
      expect(following.log).toEqual([...beginning, ...ours, 20]);
      expect(appends).toBeLessThanOrEqual(new Set(theirs).size + 2);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

describe("§5.3, a follower's refusal hints at its last entry that may agree", () => {
  it.each([
    ["its last, when its log is shorter", [9, 3], [5, 3]],
    ["the last of an earlier term, when its entry is of a later one", [4, 2], [3, 2]],
    ["none, when all its terms are later", [5, 0], [0, 0]],
  ] as const)("%s", (_name, prev, hint) => {
    const member = follower({ term: 4, log: [1, 2, 2, 3, 3] });
    const sent = member.ask("n2", append(4, prev, []));
    expect(sent).toEqual([{ to: "n2", message: refused(4, prev[0], hint) }]);
  });
});

describe("§5.3, a leader takes the hint", () => {
  it.each([
    ["where the logs may agree", [2, 2], 3],
    ["skipping entries of a later term than the hint's", [4, 1], 2],
    ["although it lies beyond its own log", [99, 1], 2],
    ["but goes back by one entry at least", [5, 3], 5],
    ["from the beginning, if nothing agrees", [0, 0], 1],
  ] as const)("%s", (_name, hint, next) => {
    const member = leader({ term: 4, log: [1, 2, 2, 3, 3] });
    member.receive("n2", refused(4, 5, hint));
    expect(member.progressOf("n2").next).toBe(next);
  });

  it("but never below what is known to agree", () => {
    const member = leader({ term: 4, log: [1, 2, 2, 3, 3] });
    member.receive("n2", accepted(4, 3));
    member.receive("n2", refused(4, 6, [0, 0]));
    expect(member.progressOf("n2")).toMatchObject({ match: 3, next: 4 });
  });

  it("and sends one append at a time again, until one is accepted", () => {
    const member = leader({ term: 2 });
    member.ask("n2", accepted(2, 1));
    member.propose("x");
    member.ask("n2", refused(2, 2, [1, 2]));
    expect(member.propose("y")).toEqual([]);
    expect(member.ask("n2", accepted(2, 2)).length).toBe(1);
    expect(member.propose("z").length).toBe(1);
  });
});
