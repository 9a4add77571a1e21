import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkTransactions } from "../../src/invariants/transactions/check-transactions.ts";
import { isSerializable } from "../support/serial-brute-force.ts";
import { type RunOptions, runTransactions } from "../support/transaction-runs.ts";

const KINDS = ["list-append", "rw-register"] as const;

/** Five transactions on few keys, isolated or not. */
const small: fc.Arbitrary<RunOptions> = fc.record({
  seed: fc.nat(),
  kind: fc.constantFrom(...KINDS),
  isolation: fc.constantFrom("serial", "locking", "snapshot", "none", "none"),
  transactions: fc.integer({ min: 2, max: 5 }),
  clients: fc.integer({ min: 1, max: 4 }),
  keys: fc.integer({ min: 1, max: 3 }),
  operationsMax: fc.integer({ min: 1, max: 4 }),
  aborts: fc.constantFrom(0, 20),
  silent: fc.constantFrom(0, 20),
});

const large: fc.Arbitrary<Omit<RunOptions, "isolation">> = fc.record({
  seed: fc.nat(),
  kind: fc.constantFrom(...KINDS),
  transactions: fc.constant(200),
  clients: fc.integer({ min: 1, max: 12 }),
  keys: fc.integer({ min: 1, max: 8 }),
  operationsMax: fc.integer({ min: 1, max: 6 }),
  aborts: fc.constantFrom(0, 10),
  silent: fc.constantFrom(0, 10),
});

describe("the verdict on transactions", () => {
  it.each([
    { level: "serializable", isRealTime: false },
    { level: "strict-serializable", isRealTime: true },
  ] as const)(
    "for $level is what all orders tried say, and never wrong",
    ({ level, isRealTime }) => {
      fc.assert(
        fc.property(small, (options) => {
          const calls = runTransactions(options);
          const { verdict } = checkTransactions(calls, { kind: options.kind, level });
          const isOk = isSerializable(calls, isRealTime);
          // Of registers that no order explains there may be no cycle to be seen.
          const wrong = options.kind === "list-append" ? ["illegal"] : ["illegal", "unknown"];
          const allowed = isOk ? ["ok"] : wrong;
          expect(allowed).toContain(verdict);
        }),
        { numRuns: 1500 },
      );
    },
  );

  it.each(["serial", "locking"] as const)("finds nothing in %s runs", (isolation) => {
    fc.assert(
      fc.property(large, (options) => {
        const calls = runTransactions({ ...options, isolation });
        const level = "strict-serializable";
        const { counts, verdict } = checkTransactions(calls, { kind: options.kind, level });
        expect(counts).toEqual([]);
        expect(verdict).toBe("ok");
      }),
      { numRuns: 40 },
    );
  });

  it("finds nothing but write skew in runs with snapshots", () => {
    fc.assert(
      fc.property(large, (options) => {
        const calls = runTransactions({ ...options, isolation: "snapshot" });
        const level = "strong-snapshot-isolation";
        const { counts, verdict } = checkTransactions(calls, { kind: options.kind, level });
        const others = counts.filter(({ type }) => !type.startsWith("G2"));
        expect(others).toEqual([]);
        expect(verdict).not.toBe("illegal");
      }),
      { numRuns: 40 },
    );
  });

  it("does find write skew in runs with snapshots", () => {
    const options = { kind: "list-append", isolation: "snapshot", transactions: 200 } as const;
    const calls = runTransactions({
      ...{ ...options, seed: 1, clients: 8, keys: 4 },
      ...{ operationsMax: 4, aborts: 0, silent: 0 },
    });
    const { counts } = checkTransactions(calls, { kind: "list-append", level: "serializable" });
    expect(counts.map(({ type }) => type)).toEqual(["G2"]);
  });
});
