import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/sim/assert.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import { emits } from "../../../src/sim/temporal/emits.ts";
import { type Deadline, eventually, leadsTo } from "../../../src/sim/temporal/liveness.ts";
import { ms } from "../../../src/sim/time.ts";
import {
  type Act,
  type ActedWorld,
  acted,
  evidenceOf,
  HORIZON,
  type Moment,
  momentsOf,
  shownBy,
  shows,
} from "../../support/acts.ts";
import { type ScriptedNode, scripted } from "../../support/scripted.ts";

/** Something every ten microseconds; at these times the server is well, and only then. */
const wellAt = (...times: readonly number[]): readonly Act[] =>
  Array.from({ length: 10 }, (_, i) => 10 * (i + 1)).map((at) => {
    return { at, shows: times.includes(at) ? ["well"] : [] };
  });

describe("eventually", () => {
  it.each<[string, Deadline, readonly number[]]>([
    ["in between", { from: 20, by: 60 }, [40]],
    ["just in time", { from: 20, by: 60 }, [60]],
    ["at the very beginning", { from: 20, by: 60 }, [20]],
    ["since before the beginning, where nothing happens", { from: 25, by: 28 }, [20]],
    ["once, and then no more", { by: 60 }, [10]],
    ["within a time from its beginning", { from: 20, within: 20 }, [40]],
    ["by the end, if nothing else is said", {}, [100]],
    ["never, and the run ends before its time", { by: HORIZON + 1 }, []],
  ])("is kept when it holds %s", (_when, deadline, times) => {
    const acts = wellAt(...times);
    const { violation } = acted(acts, [eventually("WELL", shows(acts, "well"), deadline)]);
    expect(violation).toBeUndefined();
  });

  it.each<[string, Deadline, readonly number[], number]>([
    ["never", { by: 60 }, [], 60],
    ["never by the end", {}, [], HORIZON],
    ["never, and its time is the end", { by: HORIZON }, [], HORIZON],
    ["too late", { by: 60 }, [70, 80], 60],
    ["too early", { from: 20, by: 60 }, [10], 60],
    ["too early and too late", { from: 20, by: 65 }, [10, 70], 65],
    ["too late after its beginning", { from: 20, within: 19 }, [40], 39],
  ])("is violated when its time is up when it holds %s", (_when, deadline, times, at) => {
    const acts = wellAt(...times);
    const { violation } = acted(acts, [eventually("WELL", shows(acts, "well"), deadline)]);
    expect(violation).toMatchObject({ invariant: "WELL", at, supposes: ["servers"] });
  });

  it("is violated at the right time when nothing happens any more", () => {
    const never = eventually<ScriptedNode>("NEVER", () => false, { by: 60 });
    const { violation, now } = acted([{ at: 1 }], [never]);
    expect(violation).toMatchObject({
      at: 60,
      host: undefined,
      message: "not by 0.06 ms: it never held",
    });
    expect(now).toBe(HORIZON);
  });

  it("says what is missing as it is at the deadline, and not after the next event", () => {
    const acts = [
      { at: 10, shows: ["ill"] },
      { at: 90, shows: ["dead"] },
    ];
    const explain = (world: ActedWorld) => shownBy(acts)(world).join();
    const well = eventually("WELL", shows(acts, "well"), { by: 60, explain });
    expect(acted(acts, [well]).violation?.message).toBe("not by 0.06 ms: ill");
  });

  it("shows how long it took, and whether it was judged at all", () => {
    const acts = wellAt(50);
    const well = (deadline: Deadline) =>
      evidenceOf(acted(acts, [eventually("WELL", shows(acts, "well"), deadline)]));
    const best = { value: 30, bound: 70, towards: "up", unit: "time" };
    expect(well({ from: 20, by: 90 })).toEqual({
      ...{ name: "WELL", kind: "eventually", isSeen: true, best },
    });
    expect(well({ from: 60, by: 90 })).toMatchObject({ isSeen: true, best: undefined });
    expect(well({ from: 60, by: 110 })).toMatchObject({ isSeen: false, best: undefined });
  });

  it.each<[Deadline]>([[{ by: 5, within: 5 }], [{ from: 6, by: 5 }], [{ within: -1 }]])(
    "refuses %j",
    (deadline) => {
      expect(() => eventually("WELL", () => true, deadline)).toThrow(UsageError);
    },
  );
});

/** Each act is one of asking, of answering, or of both; `x?` asks for x, and `x!` answers. */
const talk = (...parts: readonly (readonly [at: number, ...emits: readonly string[]])[]) =>
  parts.map(([at, ...events]): Act => ({ at, emits: events }));

const keysOf = (mark: string) => (world: ActedWorld) =>
  world.emitted.filter(({ event }) => event.endsWith(mark)).map(({ event }) => event.slice(0, -1));

const answered = (within: number, span = {}) =>
  leadsTo("ANSWERED", keysOf("?"), keysOf("!"), { within, ...span });

describe("leadsTo", () => {
  it.each<[string, readonly Act[]]>([
    ["nothing is asked", talk([10, "a!"], [20])],
    ["each is answered just in time", talk([10, "a?"], [15, "b?"], [30, "a!"], [35, "b!"])],
    ["it is answered at once", talk([10, "a?", "a!"], [90])],
    ["it is asked twice and answered once", talk([10, "a?"], [20, "a?"], [25, "a!"], [90])],
    ["the run ends before the time is up", talk([81, "a?"], [85, "a?"])],
  ])("is kept when %s", (_what, acts) => {
    expect(acted(acts, [answered(20)]).violation).toBeUndefined();
  });

  it.each<[string, readonly Act[], number, string]>([
    ["nobody answers", talk([10, "a?"]), 30, "0.01 ms (a)"],
    ["it is answered too late", talk([10, "a?"], [31, "a!"]), 30, "0.01 ms (a)"],
    ["another one is answered", talk([10, "a?"], [12, "b?"], [20, "b!"]), 30, "0.01 ms (a)"],
    ["one of several is not", talk([10, "a?", "b?"], [12, "a!"]), 30, "0.01 ms (b)"],
    ["it was answered before", talk([10, "a!"], [11, "a?"]), 31, "0.011 ms (a)"],
    ["only the first is answered", talk([10, "a?"], [12, "a!"], [14, "a?"]), 34, "0.014 ms (a)"],
    ["the time is up at the end", talk([80, "a?"]), 100, "0.08 ms (a)"],
    ["it is asked again and again", talk([10, "a?"], [20, "a?"], [29, "a?"]), 30, "0.01 ms (a)"],
  ])("is violated when %s", (_what, acts, at, since) => {
    expect(acted(acts, [answered(20)]).violation).toMatchObject({
      ...{ invariant: "ANSWERED", at, supposes: ["servers"] },
      message: `what began at ${since} was not answered within 0.02 ms: nothing came of it`,
    });
  });

  it("counts from the beginning of its span, what is the case then too, up to its end", () => {
    const acts = [
      { at: 10, shows: ["ill"] },
      { at: 40, shows: ["well"] },
      { at: 60, shows: ["ill"] },
    ];
    const cured = (span: object) =>
      acted(acts, [
        leadsTo("CURED", shows(acts, "ill"), shows(acts, "well"), { within: 15, ...span }),
      ]).violation?.at;
    expect([cured({}), cured({ from: 20 }), cured({ from: 30 })]).toEqual([25, 35, 75]);
    expect(cured({ from: 30, until: 59 })).toBeUndefined();
  });

  it("ends all that waits with an answer that has no key", () => {
    const anyone = leadsTo<ScriptedNode>("ANY", keysOf("?"), emits("done"), { within: 20 });
    const acts = talk([10, "a?"], [12, "b?"], [20, "done"], [25, "c?"]);
    expect(acted(acts, [anyone]).violation?.at).toBe(45);
    expect(acted(acts, [anyone]).violation?.message).toContain("0.025 ms (c) was not");
  });

  it("needs no key, and says what its author says", () => {
    const explain = (_world: ActedWorld, key: string) => `no answer to "${key}"`;
    const options = { within: ms(1) / 50, explain, supposes: ["operations"] as const };
    const one = leadsTo<ScriptedNode>("ONE", emits("ask"), emits("tell"), options);
    const { violation } = acted(talk([10, "ask"], [40, "tell"]), [one]);
    expect(violation?.message).toBe(
      'what began at 0.01 ms was not answered within 0.02 ms: no answer to ""',
    );
    expect(violation?.supposes).toEqual(["operations"]);
  });

  it("shows the longest wait for an answer, and whether anything was asked and judged", () => {
    const acts = talk([10, "a?"], [11, "b?"], [20, "b!"], [22, "a!"], [90, "c?"]);
    const best = { value: 12, bound: 20, towards: "up", unit: "time" };
    expect(evidenceOf(acted(acts, [answered(20)]))).toEqual({
      ...{ name: "ANSWERED", kind: "leadsTo", isSeen: true, best },
    });
    expect(evidenceOf(acted(talk([90, "c?"]), [answered(20)])).isSeen).toBe(false);
    expect(evidenceOf(acted(talk([10, "c?"]), [answered(20)])).isSeen).toBe(true);
  });

  it("refuses a time less than 0, and a span that ends before it begins", () => {
    expect(() => answered(-1)).toThrow(UsageError);
    expect(() => answered(Number.NaN)).toThrow(UsageError);
    expect(() => answered(1, { from: 2, until: 1 })).toThrow(UsageError);
  });

  it("goes on from a snapshot with what waits", () => {
    const asking = scripted({ onStart: (env) => env.emit("a?") });
    const options = () => ({ seed: "1", servers: { n1: asking }, invariants: [answered(20)] });
    const first = new Simulation(options());
    first.run(5);
    const rest = new Simulation(options(), first.snapshot());
    rest.run(HORIZON);
    rest.end();
    expect(rest.violation?.at).toBe(20);
  });
});

/** Acts at times that often coincide. */
const actsArbitrary = fc
  .array(
    fc.record({
      at: fc.integer({ min: 1, max: HORIZON }),
      shows: fc.subarray(["a?", "b?", "a!", "b!"], { minLength: 0 }),
    }),
    { maxLength: 12 },
  )
  .map((acts) => [...acts].sort((a, b) => a.at - b.at));
const time = fc.integer({ min: 0, max: HORIZON + 20 });
const spanArbitrary = fc.tuple(time, time).map(([a, b]) => {
  return { from: Math.min(a, b), until: Math.max(a, b) };
});

/** The first deadline that is missed, by the definition: for each instant one looks on. */
function naiveLeadsTo(
  moments: readonly Moment[],
  { from, until, within }: { from: number; until: number; within: number },
): number | undefined {
  const missed = moments.flatMap(({ at, shown }, i) =>
    ["a", "b"]
      .filter((key) => at >= from && at <= until && shown.includes(`${key}?`))
      .filter((key) => {
        const later = moments.slice(i).filter((moment) => moment.at <= at + within);
        return !later.some((moment) => moment.shown.includes(`${key}!`));
      })
      .map(() => at + within),
  );
  const due = missed.filter((deadline) => deadline <= HORIZON);
  return due.length === 0 ? undefined : Math.min(...due);
}

describe("on any run", () => {
  it("eventually finds what a look at every instant finds", () => {
    fc.assert(
      fc.property(actsArbitrary, spanArbitrary, (acts, { from, until: by }) => {
        const well = eventually("WELL", shows(acts, "a!"), { from, by });
        const isMet = momentsOf(acts).some(
          ({ at, shown }) => at >= from && at <= by && shown.includes("a!"),
        );
        const expected = isMet || by > HORIZON ? undefined : by;
        expect(acted(acts, [well]).violation?.at).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("leadsTo finds what a look from every instant at all later ones finds", () => {
    const shown = (acts: readonly Act[], mark: string) => {
      const all = shownBy(acts);
      return (world: ActedWorld) =>
        all(world)
          .filter((word) => word.endsWith(mark))
          .map((word) => word.slice(0, -1));
    };
    fc.assert(
      fc.property(
        actsArbitrary,
        spanArbitrary,
        fc.integer({ min: 0, max: 40 }),
        (acts, span, w) => {
          const options = { ...span, within: w };
          const assertion = leadsTo("LEADS", shown(acts, "?"), shown(acts, "!"), options);
          const expected = naiveLeadsTo(momentsOf(acts), options);
          expect(acted(acts, [assertion]).violation?.at).toBe(expected);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
