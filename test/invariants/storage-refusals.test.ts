import { describe, expect, it } from "vitest";
import {
  refusalsChangeNothing,
  theseAnswersAreEqual,
  theseAreRefused,
  uploadsStayWithin,
} from "../../src/invariants/storage-refusals.ts";
import type { StorageView } from "../../src/invariants/storage-view.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { type Micros, seconds } from "../../src/sim/time.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const block = (file: string, status: "pending" | "confirmed" | "rejected") =>
  [file, { file, owner: "a", salt: new Uint8Array(0), status, chunks: [] }] as const;

const worldWith = (
  invariant: Invariant<StorageView>,
  blocks: readonly (readonly [string, object])[] = [],
) => {
  const backend = { state: {}, blocks: new Map(blocks) } as StorageView;
  return new HandMadeWorld<StorageView>([invariant], { backend, n1: { state: {} } });
};

type World = ReturnType<typeof worldWith>;

/** An operation that comes to an end at once. */
const done = (
  world: World,
  id: string,
  {
    operation,
    outcome,
    result,
    at = 1,
  }: {
    readonly operation?: Plain;
    readonly outcome: "ok" | "fail" | "info";
    readonly result?: Plain;
    readonly at?: Micros;
  },
) => {
  world.invoke(id, at, operation);
  world.history.record("c1", outcome, { id, result }, at);
};

describe("that these are refused", () => {
  const made = () => worldWith(theseAreRefused("REFUSED", new Map([["x", "forbidden"]])));

  it("is accepted of the reason expected, and counted by reason", () => {
    const world = made();
    done(world, "x", { outcome: "fail", result: "forbidden" });
    done(world, "y", { outcome: "fail", result: "not found" });
    expect(world.event(2)).toEqual([]);
    expect([...world.metrics.state.counts]).toEqual([
      ["refused, forbidden", 1],
      ["refused, not found", 1],
    ]);
  });

  it("is accepted when nobody knows the outcome", () => {
    const world = made();
    done(world, "x", { outcome: "info", result: "exists" });
    expect(world.event(2)).toEqual([]);
  });

  it("is rejected when one is served", () => {
    const world = made();
    done(world, "x", { outcome: "ok" });
    expect(world.event(2)).toEqual(["REFUSED: x is served, and was to be refused: forbidden"]);
  });

  it("is rejected when it is refused for another reason", () => {
    const world = made();
    done(world, "x", { outcome: "fail", result: "not found" });
    expect(world.event(2)).toEqual(["REFUSED: x is refused: not found, expected forbidden"]);
  });
});

describe("that refusals change nothing", () => {
  const upload = { op: "upload", file: "a/x" };

  it("is accepted when the file of a refused upload is not there, or is rejected", () => {
    const world = worldWith(refusalsChangeNothing("REFUSED"), [block("a/y", "rejected")]);
    done(world, "x", { operation: upload, outcome: "fail", result: "rate limited" });
    const operation = { op: "upload", file: "a/y" };
    done(world, "y", { operation, outcome: "fail", result: "no consensus" });
    expect(world.end(2)).toEqual([]);
  });

  it.each(["ok", "info"] as const)("is accepted when a later upload of it was %s", (outcome) => {
    const world = worldWith(refusalsChangeNothing("REFUSED"), [block("a/x", "confirmed")]);
    done(world, "x", { operation: upload, outcome: "fail", result: "rate limited" });
    done(world, "again", { operation: upload, outcome });
    const listed = { files: ["a/x"] };
    done(world, "list", { operation: { op: "list" }, outcome: "ok", result: listed });
    expect(world.end(2)).toEqual([]);
  });

  it("is rejected when there is a block of it", () => {
    const world = worldWith(refusalsChangeNothing("REFUSED"), [block("a/x", "pending")]);
    done(world, "x", { operation: upload, outcome: "fail", result: "rate limited" });
    expect(world.end(2)).toEqual(["REFUSED: a/x is pending, and all of its uploads were refused"]);
  });

  it("is rejected when a list shows it", () => {
    const world = worldWith(refusalsChangeNothing("REFUSED"));
    done(world, "x", { operation: upload, outcome: "fail", result: "rate limited" });
    const listed = { files: ["a/x"] };
    done(world, "list", { operation: { op: "list" }, outcome: "ok", result: listed });
    expect(world.end(2)).toEqual(["REFUSED: list shows a/x, whose uploads were all refused"]);
  });
});

describe("that these answers are equal", () => {
  const made = (before: Plain, after: Plain) => {
    const world = worldWith(theseAnswersAreEqual("SAME", ["before", "after"]));
    done(world, "before", { outcome: "ok", result: before });
    done(world, "after", { outcome: "ok", result: after });
    return world;
  };

  it("is accepted when they are", () => {
    expect(made({ head: "a" }, { head: "a" }).end(2)).toEqual([]);
  });

  it("is rejected when they are not", () => {
    expect(made({ head: "a" }, { head: "b" }).end(2)).toEqual([
      'SAME: before and after differ: {"head":"a"} and {"head":"b"}',
    ]);
  });

  it("is rejected when one is missing", () => {
    const world = worldWith(theseAnswersAreEqual("SAME", ["before", "after"]));
    done(world, "before", { outcome: "ok" });
    done(world, "after", { outcome: "fail" });
    expect(world.end(2)).toEqual(["SAME: 1 of 2 are answered"]);
  });
});

describe("that uploads stay within a rate", () => {
  const made = () => worldWith(uploadsStayWithin("RATE", 2));
  const opened = (world: World, at: Micros, file: string) =>
    world.event(at, { on: "backend", emitted: [{ event: "block opened", data: { file } }] });
  const refused = (world: World, at: Micros, user: string) => {
    const operation = { op: "upload", user, file: `${user}/x` };
    done(world, `at ${at}`, { operation, outcome: "fail", result: "rate limited", at });
    return world.event(at);
  };

  it("is accepted of as many in a minute, and of others' besides", () => {
    const world = made();
    const times = [1, 2, 61, 62].map(seconds);
    expect(times.flatMap((at) => opened(world, at, "a/x"))).toEqual([]);
    expect(opened(world, seconds(63), "b/x")).toEqual([]);
  });

  it("is accepted of a refusal after as many", () => {
    const world = made();
    opened(world, seconds(1), "a/x");
    opened(world, seconds(2), "a/y");
    expect(refused(world, seconds(60), "a")).toEqual([]);
  });

  it("is rejected of one more in a minute", () => {
    const world = made();
    opened(world, seconds(1), "a/x");
    opened(world, seconds(2), "a/y");
    expect(opened(world, seconds(60), "a/z")).toEqual(["RATE: 3 uploads of a begin in a minute"]);
  });

  it("is rejected of a refusal that comes too early, or when the minute is over", () => {
    const world = made();
    opened(world, seconds(1), "a/x");
    expect(refused(world, seconds(2), "a")).toEqual([
      "RATE: at 2000000 is refused, and 1 uploads of a began in the minute before",
    ]);
    opened(world, seconds(2), "a/y");
    expect(refused(world, seconds(61), "a")).toEqual([
      "RATE: at 61000000 is refused, and 1 uploads of a began in the minute before",
    ]);
  });
});
