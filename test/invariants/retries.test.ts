import { describe, expect, it } from "vitest";
import {
  answersStay,
  measureAttempts,
  type RequestName,
  type SentAnswer,
  sumIsExact,
} from "../../src/invariants/retries.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

interface Counter {
  applied: number;
  sum: number;
}

/** Two servers that have applied differently far. */
function counters() {
  const exact = sumIsExact<Counter>("SUM", {
    amountOf: (operation) => (operation as { readonly by?: number }).by,
    sumOf: ({ sum }) => sum,
  });
  return new HandMadeWorld<Counter>([exact], {
    n1: { applied: 1, sum: 0 },
    n2: { applied: 2, sum: 3 },
  });
}

describe("that a sum is exact", () => {
  it.each([
    ["all that was acknowledged", 3],
    ["that and some of what is unknown", 10],
    ["that and all of what is unknown", 15],
  ])("is accepted of %s", (_, sum) => {
    const world = counters();
    const outcomes = { a: "ok", b: "ok", c: "info", e: "fail" } as const;
    for (const id of ["a", "b", "c", "d", "e"]) {
      world.invoke(id, 0, { by: { a: 1, b: 2, c: 4, d: 8, e: 16 }[id]! });
    }
    for (const [id, outcome] of Object.entries(outcomes)) world.return(id, 1, outcome);
    world.node("n2").sum = sum;
    expect(world.end(2)).toEqual([]);
    expect(world.metrics.gauged("unknownAdditions")).toBe(2);
  });

  it.each([
    [2, "3"],
    [4, "3"],
  ])("is rejected of %i, where nothing is unknown", (sum, expected) => {
    const world = counters();
    world.invoke("a", 0, { by: 3 });
    world.return("a", 1);
    world.node("n2").sum = sum;
    expect(world.end(2)).toEqual([`SUM: n2 holds a sum of ${sum}, acknowledged are ${expected}`]);
  });

  it("is rejected of more than all together", () => {
    const world = counters();
    world.invoke("a", 0, { by: 1 });
    world.invoke("b", 0, { by: 1 });
    world.return("a", 1);
    expect(world.end(2)).toEqual(["SUM: n2 holds a sum of 3, acknowledged are 1 to 2"]);
  });

  it("is asked of who has applied most, and of nobody when all are down", () => {
    const world = counters();
    world.invoke("a", 0, { by: 3 });
    world.return("a", 1);
    expect(world.end(2)).toEqual([]);
    world.host("n2").node = undefined;
    expect(world.end(3)).toEqual(["SUM: n1 holds a sum of 0, acknowledged are 3"]);
    world.host("n1").node = undefined;
    expect(world.end(4)).toEqual([]);
  });
});

const answerIn = (message: unknown): SentAnswer | undefined => {
  const answer = message as Partial<SentAnswer>;
  return answer.result === undefined ? undefined : (answer as SentAnswer);
};

describe("that answers stay", () => {
  const sent = (serial: number, result: string, session = "s") => ({
    on: "n1",
    sent: [{ to: "c1", message: { session, serial, result } }],
  });
  const world = () => new HandMadeWorld([answersStay("SAME", answerIn)], { n1: {}, n2: {} });

  it("is accepted of the same answer, of another request's, and of another session's", () => {
    const { event } = bound(world());
    expect([sent(1, "a"), sent(1, "a"), sent(2, "b"), sent(1, "c", "t")].flatMap(event)).toEqual(
      [],
    );
  });

  it("is rejected of another answer to the last request, whoever gives it", () => {
    const { event } = bound(world());
    event(sent(2, "a"));
    expect(event({ ...sent(2, "b"), on: "n2" })).toEqual([
      "SAME: n2 answers request 2 of s with b, and before with a",
    ]);
  });

  it("passes over older requests, and what is no answer", () => {
    const { event } = bound(world());
    event(sent(2, "a"));
    event(sent(1, "b"));
    expect(event({ on: "n1", sent: [{ to: "c1", message: {} }] })).toEqual([]);
    expect(event(sent(2, "a"))).toEqual([]);
  });
});

/** Events one after another. */
function bound(world: HandMadeWorld<object>) {
  let at = 0;
  return { event: (event: Parameters<typeof world.event>[1]) => world.event(at++, event) };
}

it("attempts are counted by request, redirects by message", () => {
  const requestIn = (message: unknown) =>
    (message as Partial<RequestName>).serial === undefined ? undefined : (message as RequestName);
  const isRedirect = (message: unknown) => message === "elsewhere";
  const measured = measureAttempts({ requestIn, isRedirect });
  const world = new HandMadeWorld([], { n1: {} });
  const { metrics } = world;
  const step = (client: string | undefined, ...messages: unknown[]) =>
    measured.onStep!({
      event: { host: { id: client ?? "n1" } },
      server: client === undefined ? {} : undefined,
      sent: messages.map((message) => ({ to: "n1", message })),
      metrics,
      // Only what it looks at.
    } as never);
  const [first, second, other] = [
    { session: "s", serial: 1 },
    { session: "s", serial: 2 },
    { session: "t", serial: 1 },
  ];
  step("c1", first, first);
  step("c2", other);
  step("c1", first);
  step("c1", second);
  step(undefined, "elsewhere", "elsewhere", first);
  measured.onEnd!({ metrics } as never);
  expect(metrics.state.samples.get("attempts")).toEqual([3, 1, 1]);
  expect(metrics.gauged("attemptsP99")).toBe(3);
  expect(metrics.counted("redirects")).toBe(2);
});
