import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Call } from "../../src/invariants/call.ts";
import { checkLinearizability } from "../../src/invariants/linearizability.ts";
import { findModel } from "../../src/invariants/models.ts";
import { checkSequential } from "../../src/invariants/sequential.ts";
import { accessesOf } from "../../src/invariants/sessions/accesses.ts";
import { checkSessions, type SessionGuarantee } from "../../src/invariants/sessions.ts";
import { histories } from "../support/drawn-histories.ts";
import { isGuaranteed } from "../support/naive-sessions.ts";
import { calls } from "../support/written-calls.ts";

const GUARANTEES: readonly SessionGuarantee[] = [
  ...(["read-your-writes", "monotonic-reads"] as const),
  ...(["monotonic-writes", "writes-follow-reads"] as const),
];

/** The guarantees that a history breaks, with the client and the sentence of each violation. */
function brokenBy(...lines: readonly string[]): string[][] {
  const { guarantees } = checkSessions(calls(...lines));
  return GUARANTEES.flatMap((name) =>
    guarantees[name].violations.map(({ client, sentence }) => [client, sentence]),
  );
}

describe("read-your-writes", () => {
  it("is broken by a client that does not see its write", () => {
    expect(brokenBy("c1 1-2 write(x) 1", "c1 3-4 read(x) -> null")).toEqual([
      [
        "c1",
        "read-your-writes: c1 wrote 1 to x, then c1 read nothing of x, " +
          "yet c1 wrote 1 to x after the beginning",
      ],
    ]);
  });

  it("is broken by a client that sees a write of its own before the last", () => {
    expect(brokenBy("c1 1-2 write 1", "c1 3-4 write 2", "c1 5-6 read -> 1")).toEqual([
      ["c1", "read-your-writes: c1 wrote 2, then c1 read 1, yet c1 wrote 1 before c1 wrote 2"],
    ]);
  });

  it("is kept by a client that sees its write, or a later one of another", () => {
    expect(brokenBy("c1 1-2 write 1", "c1 3-4 read -> 1")).toEqual([]);
    expect(brokenBy("c2 1-2 write 2", "c1 3-4 write 1", "c1 5-6 read -> 2")).toEqual([]);
  });

  it("promises nothing of a write that was not acknowledged, nor to others", () => {
    expect(brokenBy("c1 1-? write 1", "c1 3-4 read -> null")).toEqual([]);
    expect(brokenBy("c1 1-2 write 1", "c2 3-4 read -> null")).toEqual([]);
  });

  it("is broken by two clients that each see only the other's write", () => {
    const broken = brokenBy(
      ...["c1 1-2 write 1", "c2 3-4 write 2", "c1 5-6 read -> 2", "c2 7-8 read -> 1"],
    );
    expect(broken).toEqual([
      ["c2", "read-your-writes: c2 wrote 2, then c2 read 1, yet c1 wrote 1, then c1 read 2"],
    ]);
  });
});

describe("monotonic-reads", () => {
  it("is broken by a client that goes back in time", () => {
    expect(
      brokenBy("c1 1-2 write 1", "c1 3-4 write 2", "c2 5-6 read -> 2", "c2 7-8 read -> 1"),
    ).toEqual([
      ["c2", "monotonic-reads: c2 read 2, then c2 read 1, yet c1 wrote 1 before c1 wrote 2"],
    ]);
  });

  it("is broken by a client for which a value vanishes", () => {
    expect(brokenBy("c1 1-2 write 1", "c2 3-4 read -> 1", "c2 5-6 read -> null")).toHaveLength(1);
  });

  it("is kept by a client that goes on in time, and by two that are apart", () => {
    const writes = ["c1 1-2 write 1", "c1 3-4 write 2"];
    expect(brokenBy(...writes, "c2 5-6 read -> 1", "c2 7-8 read -> 2")).toEqual([]);
    expect(brokenBy(...writes, "c2 5-6 read -> 2", "c3 7-8 read -> 1")).toEqual([]);
  });

  it("is judged of each key by itself", () => {
    const writes = ["c1 1-2 write(x) 1", "c1 3-4 write(y) 2"];
    expect(brokenBy(...writes, "c2 5-6 read(x) -> 1", "c2 7-8 read(y) -> null")).toEqual([]);
  });
});

describe("monotonic-writes", () => {
  const writes = ["c1 1-2 write(x) 1", "c1 3-4 write(y) 2"];

  it("is broken where a later write is seen without an earlier one", () => {
    expect(brokenBy(...writes, "c2 5-6 read(y) -> 2", "c2 7-8 read(x) -> null")).toEqual([
      [
        "c2",
        "monotonic-writes: c1 wrote 1 to x, then c1 wrote 2 to y, then c2 read 2 of y, " +
          "then c2 read nothing of x, yet c1 wrote 1 to x after the beginning",
      ],
    ]);
  });

  it("is kept where both are seen, or the earlier one alone", () => {
    expect(brokenBy(...writes, "c2 5-6 read(y) -> 2", "c2 7-8 read(x) -> 1")).toEqual([]);
    expect(brokenBy(...writes, "c2 5-6 read(x) -> 1", "c2 7-8 read(y) -> null")).toEqual([]);
  });

  it("is broken by a system that orders a client's writes the other way round", () => {
    const [broken] = brokenBy("c1 1-2 write 1 @5", "c1 3-4 write 2 @3");
    expect(broken).toEqual([
      "c1",
      "monotonic-writes: c1 wrote 1, then c1 wrote 2, " +
        "yet c1 wrote 2, which is order 3, before 5: c1 wrote 1",
    ]);
    expect(brokenBy("c1 1-2 write 1 @3", "c1 3-4 write 2 @5")).toEqual([]);
  });
});

describe("writes-follow-reads", () => {
  const answer = ["c1 1-2 write(x) 1", "c2 3-4 read(x) -> 1", "c2 5-6 write(y) 2"];

  it("is broken where an answer is seen without what it answers", () => {
    expect(brokenBy(...answer, "c3 7-8 read(y) -> 2", "c3 9-10 read(x) -> null")).toEqual([
      [
        "c3",
        "writes-follow-reads: c2 read 1 of x, then c2 wrote 2 to y, then c3 read 2 of y, " +
          "then c3 read nothing of x, yet c1 wrote 1 to x after the beginning",
      ],
    ]);
  });

  it("is kept where both are seen", () => {
    expect(brokenBy(...answer, "c3 7-8 read(y) -> 2", "c3 9-10 read(x) -> 1")).toEqual([]);
  });

  it("is broken by a write that is ordered before what its client had seen", () => {
    const history = (order: number) => [
      ...["c1 1-2 write 1 @5", "c2 3-4 read -> 1"],
      `c2 5-6 write 2 @${order}`,
    ];
    expect(brokenBy(...history(3)).map(([client]) => client)).toEqual(["c2"]);
    expect(brokenBy(...history(7))).toEqual([]);
  });

  it("is broken by two clients that each read what the other writes next", () => {
    expect(
      brokenBy("c1 1-2 read -> 2", "c1 3-4 write 1", "c2 1-2 read -> 1", "c2 3-4 write 2"),
    ).toHaveLength(1);
  });
});

describe("the judgement of sessions", () => {
  it("names the calls that are at odds", () => {
    const history = calls("c1 1-2 write 1", "c2 3-4 write 7", "c1 5-6 read -> null");
    const [violation] = checkSessions(history).guarantees["read-your-writes"].violations;
    expect(violation?.calls).toEqual([history[0], history[2]]);
  });

  it("is unknown of reads that several writes explain, or none, and counts them", () => {
    const history = calls(
      "c1 1-2 write 1",
      "c2 3-4 write 1",
      "c2 5-6 read -> 1",
      "c2 7-8 read -> 9",
    );
    const report = checkSessions(history);
    expect(report).toMatchObject({ verdict: "unknown", operations: 2 });
    expect(report.unjudged).toEqual([
      { call: history[2], reason: "ambiguous" },
      { call: history[3], reason: "unwritten" },
    ]);
  });

  it("finds what is certain in spite of what is unknown", () => {
    const history = calls("c1 1-2 write 1", "c1 3-4 read -> null", "c1 5-6 read -> 9");
    const { verdict, guarantees } = checkSessions(history);
    expect(verdict).toBe("illegal");
    expect(guarantees["read-your-writes"].verdict).toBe("illegal");
    expect(guarantees["monotonic-reads"].verdict).toBe("unknown");
  });

  it("tells equal values apart by the order that the read names", () => {
    const history = calls("c1 1-2 write 1 @1", "c1 3-4 write 1 @2", "c1 5-6 read -> 1 @1");
    expect(checkSessions(history).guarantees["read-your-writes"].verdict).toBe("illegal");
    const newer = calls("c1 1-2 write 1 @1", "c1 3-4 write 1 @2", "c1 5-6 read -> 1 @2");
    expect(checkSessions(newer).verdict).toBe("ok");
    const neither = calls("c1 1-2 write 1 @1", "c1 3-4 write 1 @2", "c1 5-6 read -> 1 @3");
    expect(checkSessions(neither)).toMatchObject({ verdict: "unknown", operations: 2 });
  });

  it("takes a failed write for none, and one with info for one if it is seen", () => {
    expect(checkSessions(calls("c1 1-2 fail write 1", "c2 3-4 read -> 1")).unjudged).toHaveLength(
      1,
    );
    expect(checkSessions(calls("c1 1-? write 1", "c2 3-4 read -> 1")).verdict).toBe("ok");
  });

  it("takes a cas for a read and a write", () => {
    const history = ["c1 1-2 put 1", "c1 3-4 cas [1,2]"];
    expect(brokenBy(...history, "c1 5-6 get -> 1")).toHaveLength(1);
    expect(brokenBy(...history, "c1 5-6 get -> 2")).toEqual([]);
    expect(brokenBy(...history, "c2 5-6 cas [3,4] -> false", "c2 7-8 get -> 2")).toEqual([]);
  });

  it("refuses what is no access of a register", () => {
    expect(() => checkSessions(calls("c1 1-2 enqueue 1"))).toThrow(
      'f: expected read, get, write, put, delete or cas, got "enqueue"',
    );
    expect(() => checkSessions(calls("c1 1-2 cas 1"))).toThrow(
      "value: expected [expected, new], got 1",
    );
  });
});

describe("on drawn histories", () => {
  it.each(GUARANTEES)("%s agrees with trying all orders of the writes", (guarantee) => {
    const counts = { ok: 0, illegal: 0, unknown: 0 };
    fc.assert(
      fc.property(accesses, (history) => {
        const { guarantees } = checkSessions(history);
        const { verdict } = guarantees[guarantee];
        counts[verdict]++;
        return (verdict !== "illegal") === isGuaranteed(guarantee, accessesOf(history));
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(counts.ok, counts.illegal)).toBeGreaterThan(150);
  });

  it("linearizable ones are sequential, and those have all session guarantees", () => {
    const model = findModel("register");
    const values = [1, 2, 3, 4, 5];
    const asks = [
      ...values.map((value) => ({ f: "write", value })),
      ...values.map(() => ({ f: "read", answers: [null, ...values] })),
    ];
    const counts = { linearizable: 0, sequential: 0, guaranteed: 0, broken: 0 };
    fc.assert(
      fc.property(histories({ model, asks, keys: ["x", "y"] }), (history) => {
        const isLinearizable = checkLinearizability(history, model).verdict === "ok";
        const isSequential = checkSequential(history, model).verdict === "ok";
        const { verdict } = checkSessions(history);
        counts.linearizable += Number(isLinearizable);
        counts.sequential += Number(isSequential);
        counts.guaranteed += Number(verdict === "ok");
        counts.broken += Number(verdict === "illegal");
        return (!isLinearizable || isSequential) && (!isSequential || verdict !== "illegal");
      }),
      { numRuns: 3000 },
    );
    expect(counts.linearizable).toBeGreaterThan(300);
    expect(counts.sequential).toBeGreaterThan(counts.linearizable);
    expect(counts.guaranteed).toBeGreaterThan(300);
    expect(counts.broken).toBeGreaterThan(10);
  });
});

/** Up to nine accesses of two keys by three clients; every write has a value of its own. */
const accesses: fc.Arbitrary<readonly Call[]> = fc
  .tuple(fc.boolean(), fc.array(fc.nat(2 ** 24 - 1), { minLength: 5, maxLength: 9, size: "max" }))
  .map(([isHinted, numbers]) => {
    const drawn = numbers.map((number) => ({
      client: `c${1 + (number % 3)}`,
      key: (number >> 4) % 2 === 0 ? "x" : "y",
      isWrite: (number >> 5) % 9 < 4,
      isOpen: (number >> 9) % 8 === 0,
      choice: number >> 12,
    }));
    return calls(
      ...drawn.map(({ client, key, isWrite, isOpen, choice }, i) => {
        const seen = drawn.flatMap((other, j) => (other.isWrite && other.key === key ? [j] : []));
        const times = `${2 * i + 1}-${isOpen && isWrite ? "?" : 2 * i + 2}`;
        const order = isHinted ? ` @${choice % 64}` : "";
        if (isWrite) return `${client} ${times} write(${key}) ${i}${order}`;
        return `${client} ${times} read(${key}) -> ${[...seen, null][choice % (seen.length + 1)]}`;
      }),
    );
  });
