import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/sim/assert.ts";
import {
  reachable,
  sometimes,
  sometimesAtLeast,
  sometimesAtMost,
} from "../../../src/sim/temporal/sometimes.ts";
import type { SpanOptions } from "../../../src/sim/temporal/span.ts";
import {
  type Act,
  type ActedWorld,
  acted,
  evidenceOf,
  shownBy,
  shows,
} from "../../support/acts.ts";

const acts: readonly Act[] = [
  { at: 10, shows: ["3"] },
  { at: 20, shows: ["ill", "9"] },
  { at: 40, shows: ["5"], emits: ["split"] },
];
const isIll = shows(acts, "ill");
const number = (world: ActedWorld) => {
  const last = shownBy(acts)(world).at(-1);
  return last === undefined ? undefined : Number(last);
};

describe("sometimes", () => {
  it.each<[SpanOptions, boolean]>([
    [{}, true],
    [{ until: 19 }, false],
    [{ from: 20, until: 20 }, true],
    [{ from: 30, until: 35 }, true],
    [{ from: 40 }, false],
  ])("in the span %j is seen: %s; and fails no run", (span, isSeen) => {
    const simulation = acted(acts, [sometimes("ill", isIll, span)]);
    expect(evidenceOf(simulation)).toEqual({
      ...{ name: "ill", kind: "sometimes", isSeen, best: undefined },
    });
    expect(simulation.violation).toBeUndefined();
  });
});

describe("a number that is sometimes beyond a bound", () => {
  it.each([
    [8, true],
    [9, true],
    [10, false],
  ])("is at least %d: %s, and the largest is kept", (bound, isSeen) => {
    const { best, ...rest } = evidenceOf(acted(acts, [sometimesAtLeast("n", number, bound)]));
    expect(rest).toEqual({ name: "n", kind: "sometimes", isSeen });
    expect(best).toEqual({ value: 9, bound, towards: "up", unit: "number" });
  });

  it.each([
    [2, false],
    [3, true],
  ])("is at most %d: %s, and the smallest is kept", (bound, isSeen) => {
    const { best, ...rest } = evidenceOf(acted(acts, [sometimesAtMost("n", number, bound)]));
    expect(rest).toEqual({ name: "n", kind: "sometimes", isSeen });
    expect(best).toEqual({ value: 3, bound, towards: "down", unit: "number" });
  });

  it("is not seen where there is none", () => {
    const none = sometimesAtMost("n", () => undefined, 0);
    expect(evidenceOf(acted(acts, [none]))).toMatchObject({ isSeen: false, best: undefined });
  });
});

describe("reachable", () => {
  it("is seen when some node emits the event", () => {
    const simulation = acted(acts, [reachable("split"), reachable("spli")]);
    expect(simulation.evidence).toEqual([
      { name: "split", kind: "reachable", isSeen: true, best: undefined },
      { name: "spli", kind: "reachable", isSeen: false, best: undefined },
    ]);
  });
});

describe("of several assertions", () => {
  it("two of one kind have two names", () => {
    const twice = [reachable("a"), reachable("a")];
    expect(() => acted(acts, twice)).toThrow(UsageError);
    expect(() => acted(acts, [reachable("a"), sometimes("a", isIll)])).not.toThrow();
  });
});
