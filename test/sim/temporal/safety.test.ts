import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/sim/assert.ts";
import type { Invariant } from "../../../src/sim/invariant.ts";
import {
  always,
  alwaysAtLeast,
  alwaysAtMost,
  never,
  unreachable,
} from "../../../src/sim/temporal/safety.ts";
import type { SpanOptions } from "../../../src/sim/temporal/span.ts";
import {
  type Act,
  type ActedWorld,
  acted,
  evidenceOf,
  HORIZON,
  shownBy,
  shows,
} from "../../support/acts.ts";
import type { ScriptedNode } from "../../support/scripted.ts";

const acts: readonly Act[] = [
  { at: 10, shows: ["3"] },
  { at: 20, shows: ["ill", "9"] },
  { at: 40, shows: ["5"], emits: ["split"] },
];
const isIll = shows(acts, "ill");
const isWell = (world: ActedWorld) => !isIll(world);

/** Both say the same thing. */
const both = (options?: SpanOptions): readonly Invariant<ScriptedNode>[] => [
  always("WELL", isWell, options),
  never("ILL", isIll, options),
];
const violationsUnder = (options?: SpanOptions) =>
  both(options).map((assertion) => acted(acts, [assertion]).violation);

describe("always and never", () => {
  it.each<[string, SpanOptions]>([
    ["before", { until: 19 }],
    ["after", { from: 40 }],
    ["with nothing happening in between", { from: 50, until: 60 }],
  ])("say nothing of what is wrong %s their span", (_when, span) => {
    expect(violationsUnder(span)).toEqual([undefined, undefined]);
  });

  it.each<[string, SpanOptions, number]>([
    ["all of the run", {}, 20],
    ["from that moment on", { from: 20 }, 20],
    ["up to that moment", { until: 20 }, 20],
    ["from a time on at which it is wrong, though nothing happens then", { from: 30 }, 30],
    ["while nothing happens", { from: 25, until: 28 }, 25],
  ])("find what is wrong in %s", (_which, span, at) => {
    expect(violationsUnder(span).map((violation) => violation?.at)).toEqual([at, at]);
  });

  it("say when, and what their author says", () => {
    const explain = (world: ActedWorld) => `it is ${shownBy(acts)(world)[0]}`;
    const [well, ill] = [always("WELL", isWell, { explain }), never("ILL", isIll)];
    expect(acted(acts, [well]).violation).toEqual({
      ...{ invariant: "WELL", message: "does not hold at 0.02 ms: it is ill", at: 20, step: 3 },
      ...{ host: "n1", stack: undefined },
    });
    expect(acted(acts, [ill]).violation?.message).toBe("holds at 0.02 ms");
  });

  it("ask nothing of a span that was over before the snapshot from which a run goes on", () => {
    const late: readonly Act[] = [{ at: 50, shows: ["ill"] }, { at: 90 }];
    const assertions = () => [never("ILL", shows(late, "ill"), { from: 5, until: 30 })];
    const snapshot = acted(late, assertions(), 60).snapshot();
    expect(acted(late, assertions(), HORIZON, snapshot).violation).toBeUndefined();
  });

  it("show whether they were asked at all", () => {
    const seen = (span: SpanOptions) =>
      both(span).map((assertion) => evidenceOf(acted(acts, [assertion])).isSeen);
    expect([seen({}), seen({ from: 50 }), seen({ from: 101 })]).toEqual([
      [true, true],
      [true, true],
      [false, false],
    ]);
  });

  it("take for granted what their author says, and nothing else", () => {
    const supposes = ["faults"] as const;
    expect(acted(acts, [always("WELL", isWell, { supposes })]).violation?.supposes).toBe(supposes);
    expect(() => always("WELL", isWell, { from: 2, until: 1 })).toThrow(UsageError);
  });
});

describe("unreachable", () => {
  it("is violated when a node emits the event, and by no other", () => {
    expect(acted(acts, [unreachable("split")]).violation).toMatchObject({
      ...{ invariant: "split", message: "is reached, and was not to be", at: 40, host: "n1" },
    });
    expect(acted(acts, [unreachable("spli")]).violation).toBeUndefined();
  });
});

describe("a number that is always within a bound", () => {
  const number = (world: ActedWorld) => {
    const last = shownBy(acts)(world).at(-1);
    return last === undefined ? undefined : Number(last);
  };

  it("may be at the bound and not beyond", () => {
    const most = (bound: number) => acted(acts, [alwaysAtMost("N", number, bound)]).violation;
    const least = (bound: number) => acted(acts, [alwaysAtLeast("N", number, bound)]).violation;
    expect([most(9), least(3)]).toEqual([undefined, undefined]);
    expect(most(8)).toMatchObject({ at: 20, message: "is 9, expected at most 8, at 0.02 ms" });
    expect(least(4)).toMatchObject({ at: 10, message: "is 3, expected at least 4, at 0.01 ms" });
  });

  it("shows the value that came nearest, which is the one that broke it", () => {
    const most = (bound: number) => evidenceOf(acted(acts, [alwaysAtMost("N", number, bound)]));
    const least = evidenceOf(acted(acts, [alwaysAtLeast("N", number, 0)]));
    const best = { value: 9, bound: 1_000, towards: "up", unit: "number" };
    expect(most(1_000)).toEqual({ name: "N", kind: "always", isSeen: true, best });
    expect(most(8).best).toMatchObject({ value: 9, bound: 8 });
    expect(least.best).toMatchObject({ value: 3, towards: "down" });
  });

  it("is not judged where there is none", () => {
    const none = alwaysAtMost<ScriptedNode>("N", () => undefined, 1);
    const simulation = acted(acts, [none]);
    expect(simulation.violation).toBeUndefined();
    expect(evidenceOf(simulation)).toMatchObject({ isSeen: false, best: undefined });
  });

  it.each([Number.NaN, Infinity])("is no %d", (value) => {
    const { violation } = acted(acts, [alwaysAtMost<ScriptedNode>("N", () => value, 1)]);
    expect(violation?.invariant).toBe("EXCEPTION");
    expect(violation?.message).toContain("expected a finite number to judge");
  });
});
