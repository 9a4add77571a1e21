import { describe, expect, it } from "vitest";
import {
  arrive,
  askAlso,
  askFor,
  askingsOf,
  attemptsOf,
  blocksOf,
  giveUp,
  newBatch,
  otherThan,
  without,
} from "../../../src/protocols/block-sync/sync/batch.ts";
import { TOY_GENESIS, toyLine } from "../../support/sync-world.ts";

const LINE = toyLine(TOY_GENESIS, 4);
const HEADERS = LINE.map(({ header }) => header);
const BODIES = LINE.map(({ body }) => body!);

describe("a batch", () => {
  it("is asked for, arrives, and gives its blocks in order", () => {
    const [arrived, rest] = arrive(askFor(newBatch(HEADERS, "p9"), "p1", 7), 7, BODIES);
    expect(rest).toBeUndefined();
    expect(blocksOf(arrived)).toEqual(LINE.map(({ header, body }) => ({ header, body })));
  });

  it("is divided when only its first bodies come", () => {
    const once = giveUp(askFor(newBatch(HEADERS, "p9"), "p1", 7), 7, 1);
    const [arrived, rest] = arrive(askFor(once, "p2", 8), 8, BODIES.slice(0, 3));
    expect(arrived).toMatchObject({ state: "arrived", peer: "p2", headers: HEADERS.slice(0, 3) });
    expect(rest).toEqual({
      state: "waiting",
      headers: HEADERS.slice(3),
      givenBy: "p9",
      attempts: { p1: 1 },
    });
  });

  it("remembers who was asked for it in vain", () => {
    let batch = giveUp(askFor(newBatch(HEADERS, "p9"), "p1", 7), 7, 1);
    batch = giveUp(askFor(batch, "p2", 8), 8, 3);
    batch = giveUp(askFor(batch, "p1", 9), 9, 1);
    expect(["p1", "p2", "p3"].map((peer) => attemptsOf(batch, peer))).toEqual([2, 3, 0]);
  });

  it("is asked of a second peer, and arrives from whoever answers first", () => {
    const asked = askFor(newBatch(HEADERS, "p9"), "p1", 7);
    const doubled = askAlso(asked, "p2", 8);
    expect(askingsOf(doubled)).toEqual([
      { peer: "p1", request: 7 },
      { peer: "p2", request: 8 },
    ]);
    expect(arrive(doubled, 8, BODIES)[0]).toMatchObject({ state: "arrived", peer: "p2" });
    expect(arrive(doubled, 7, BODIES)[0]).toMatchObject({ state: "arrived", peer: "p1" });
    expect(otherThan(doubled, 8)).toEqual({ peer: "p1", request: 7 });
    expect(otherThan(asked, 7)).toBeUndefined();
  });

  it("is asked of one peer again when one of two has come to nothing", () => {
    const doubled = askAlso(askFor(newBatch(HEADERS, "p9"), "p1", 7), "p2", 8);
    const left = giveUp(doubled, 7, 1);
    expect(left).toMatchObject({ state: "asked", peer: "p2", request: 8, attempts: { p1: 1 } });
    expect(giveUp(left, 8, 1)).toMatchObject({ state: "waiting", attempts: { p1: 1, p2: 1 } });
  });

  it("is not asked of a second peer too early, nor of the same, nor of a third", () => {
    const asked = askFor(newBatch(HEADERS, "p9"), "p1", 7);
    const doubled = askAlso(asked, "p2", 8);
    expect(() => askAlso(newBatch(HEADERS, "p9"), "p2", 8)).toThrow("batch that is waiting");
    expect(() => askAlso(asked, "p1", 8)).toThrow("is the first: p1");
    expect(() => askAlso(doubled, "p3", 9)).toThrow("batch that is doubled");
    expect(() => giveUp(doubled, 9, 1)).toThrow("doubled is not asked for by request 9");
  });

  it("leaves out what has come otherwise, and is nothing when all has", () => {
    const batch = newBatch(HEADERS, "p9");
    expect(without(batch, ({ height }) => height < 3)?.headers).toEqual(HEADERS.slice(2));
    expect(without(batch, () => true)).toBeUndefined();
  });

  it("is not asked for twice, and does not arrive, nor is given up or taken, too early", () => {
    const waiting = newBatch(HEADERS, "p9");
    const asked = askFor(waiting, "p1", 7);
    const [arrived] = arrive(asked, 7, BODIES);
    expect(() => newBatch([], "p9")).toThrow("a batch of nothing");
    expect(() => askFor(asked, "p2", 8)).toThrow("asked for that is asked");
    expect(() => askFor(arrived, "p2", 8)).toThrow("asked for that is arrived");
    expect(() => arrive(waiting, 7, BODIES)).toThrow("waiting is not asked for by request 7");
    expect(() => arrive(asked, 7, [])).toThrow("bodies: 0");
    expect(() => arrive(asked, 7, [...BODIES, []])).toThrow("bodies: 5");
    expect(() => giveUp(waiting, 7, 1)).toThrow("waiting is not asked for by request 7");
    expect(() => blocksOf(asked)).toThrow("taken from a batch that is asked");
    expect(() => without(asked, () => true)).toThrow("left out of a batch that is asked");
  });
});
