import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findModel } from "../../src/invariants/models.ts";
import { checkSequential } from "../../src/invariants/sequential.ts";
import { isSequentialByBruteForce } from "../support/brute-force.ts";
import { histories } from "../support/drawn-histories.ts";
import { vocabularies } from "../support/vocabularies.ts";
import { calls } from "../support/written-calls.ts";

const register = findModel("register");
const verdictOf = (...lines: readonly string[]) =>
  checkSequential(calls(...lines), register).verdict;

describe("sequential consistency", () => {
  it("allows a stale read, as real time does not count", () => {
    expect(verdictOf("c1 1-2 write 1", "c1 3-4 write 2", "c2 5-6 read -> 1")).toBe("ok");
  });

  it("allows a client not to see another's write for ever", () => {
    expect(verdictOf("c1 1-2 write 1", "c2 3-4 read -> null", "c2 5-6 read -> null")).toBe("ok");
  });

  it("refuses a client that does not see its own write", () => {
    expect(verdictOf("c1 1-2 write 1", "c1 3-4 read -> null")).toBe("illegal");
  });

  it("refuses two clients that see two writes in opposite orders", () => {
    expect(
      verdictOf(
        ...["c1 1-2 write 1", "c2 3-4 write 2", "c3 5-6 read -> 1", "c3 7-8 read -> 2"],
        ...["c4 9-10 read -> 2", "c4 11-12 read -> 1"],
      ),
    ).toBe("illegal");
  });

  it("refuses a read that its own client's later write explains", () => {
    expect(verdictOf("c1 1-2 read -> 1", "c1 3-4 write 1")).toBe("illegal");
    expect(verdictOf("c1 1-2 read -> 1", "c2 3-4 write 1")).toBe("ok");
  });

  it("allows an unknown write to take effect late or never, but not twice", () => {
    const late = ["c1 1-? write 1", "c2 2-3 write 2", "c2 4-5 read -> 2"];
    expect(verdictOf(...late, "c2 6-7 read -> 1")).toBe("ok");
    expect(verdictOf(...late, "c2 6-7 read -> 2")).toBe("ok");
    const twice = ["c1 1-? write 1", "c2 2-3 read -> 1", "c2 4-5 write 2", "c2 6-7 read -> 2"];
    expect(verdictOf(...twice, "c2 8-9 read -> 1")).toBe("illegal");
  });

  it("allows an unknown write after later calls of its client, but not before earlier ones", () => {
    expect(verdictOf("c1 1-? write 1", "c1 2-3 read -> null", "c1 4-5 read -> 1")).toBe("ok");
    expect(verdictOf("c1 1-2 read -> 1", "c1 3-? write 1")).toBe("illegal");
  });

  // Each key by itself is sequentially consistent: Herlihy and Wing 1990, §3.3.
  const crossed = [
    ...["c1 1-2 write(x) 1", "c1 3-4 read(y) -> null"],
    ...["c2 1-2 write(y) 1", "c2 3-4 read(x) -> null"],
  ];

  it("is not local: two keys that are well alone may not be so together", () => {
    const { verdict, illegal } = checkSequential(apart(crossed), register);
    expect(verdict).toBe("illegal");
    expect(illegal.map(({ parts }) => parts)).toEqual([["x", "y"]]);
    expect(verdictOf(...crossed.slice(0, 3))).toBe("ok");
  });

  it("names the one part that is illegal by itself", () => {
    const { illegal } = checkSequential(
      calls("c1 1-2 write(x) 1", "c1 3-4 write(y) 1", "c1 5-6 read(y) -> null"),
      register,
    );
    expect(illegal).toMatchObject([{ parts: ["y"], prefix: [0], next: [1], states: ["1"] }]);
  });

  it("judges apart what no client ties together", () => {
    const report = checkSequential(
      calls("c1 1-2 write(x) 1", "c2 3-4 write(y) 1", "c3 5-6 read(z) -> 1", "c2 7-8 read(w)"),
      register,
    );
    expect(report).toMatchObject({ verdict: "illegal", operations: 4, groups: 3 });
    expect(report.illegal.map(({ parts }) => parts)).toEqual([["z"]]);
  });

  it("takes operations that failed for none", () => {
    expect(verdictOf("c1 1-2 fail write 1", "c2 3-4 read -> 1")).toBe("illegal");
  });

  it("is unknown when a bound is reached, and says which", () => {
    const history = apart(crossed);
    const bounded = (bounds: Parameters<typeof checkSequential>[2]) =>
      checkSequential(history, register, bounds);
    expect(bounded({ stepsMax: 2 })).toMatchObject({
      verdict: "unknown",
      unknown: [{ parts: ["x", "y"], bound: "steps" }],
    });
    expect(bounded({ memoryBytes: 200 }).unknown).toMatchObject([{ bound: "memory" }]);
  });

  it("stops when the time is over", () => {
    const lines = Array.from({ length: 200 }, (_, i) => `c1 ${2 * i + 1}-${2 * i + 2} write ${i}`);
    const report = checkSequential(calls(...lines), register, { isOver: () => true });
    expect(report.unknown).toEqual([{ parts: [""], bound: "time" }]);
  });

  it.each(Object.entries(vocabularies))("agrees with brute force: %s", (_name, vocabulary) => {
    const counts = { ok: 0, illegal: 0, unknown: 0 };
    fc.assert(
      fc.property(histories(vocabulary), (history) => {
        const { verdict } = checkSequential(history, vocabulary.model);
        counts[verdict]++;
        return verdict === (isSequentialByBruteForce(history, vocabulary.model) ? "ok" : "illegal");
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(counts.ok, counts.illegal)).toBeGreaterThan(100);
  });
});

/** Places that are taken twice are put apart, in the same order. */
function apart(lines: readonly string[]) {
  return calls(...lines).map((call, i) => ({
    ...call,
    invoked: 10 * call.invoked + i,
    returned: 10 * call.returned! + i,
  }));
}
