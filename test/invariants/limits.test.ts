import { describe, expect, it } from "vitest";
import { appendsStayWithin, gaugesStayWithin } from "../../src/invariants/limits.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

describe("a gauge of a server", () => {
  const world = () =>
    new HandMadeWorld(
      [gaugesStayWithin("MEMORY", (gauge) => (gauge === "queue" ? 10 : undefined))],
      { n1: {} },
    );

  it.each([
    ["queue", 10, []],
    ["queue", 11, ["MEMORY: n1 has 11 bytes queue, at most 10 are allowed"]],
    ["other", 11, []],
  ])("%s of %i bytes: %j", (gauge, bytes, broken) => {
    const made = world();
    made.host("n1").gauges.set(gauge, { bytes, bytesMax: 99 });
    expect(made.event(0, { on: "n1" })).toEqual(broken);
  });
});

describe("an append", () => {
  const entries = (...sizes: number[]) => ({ entries: sizes.map((command) => ({ command })) });
  const send = (message: unknown): string[] => {
    const limit = appendsStayWithin("APPEND-SIZE", 10, (command) => command as number);
    const world = new HandMadeWorld([limit], { n1: {} });
    return world.event(0, { on: "n1", sent: [{ to: "n2", message }] });
  };

  it.each([[entries()], [entries(4, 6)], [entries(99)], [{ type: "vote" }], ["text"]])(
    "%j is accepted",
    (message) => {
      expect(send(message)).toEqual([]);
    },
  );

  it("with more bytes is rejected", () => {
    const message = "APPEND-SIZE: an append has 2 entries with 11 bytes, at most 10 may be";
    expect(send(entries(5, 6))).toEqual([message]);
  });
});
