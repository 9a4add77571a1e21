import { describe, expect, it } from "vitest";
import {
  arrive,
  askFor,
  attemptsOf,
  blocksOf,
  giveUp,
  newBatch,
  without,
} from "../../../src/protocols/block-sync/sync/batch.ts";
import { TOY_GENESIS, toyLine } from "../../support/sync-world.ts";

const LINE = toyLine(TOY_GENESIS, 4);
const HEADERS = LINE.map(({ header }) => header);
const BODIES = LINE.map(({ body }) => body!);

describe("a batch", () => {
  it("is asked for, arrives, and gives its blocks in order", () => {
    const [arrived, rest] = arrive(askFor(newBatch(HEADERS), "p1", 7), BODIES);
    expect(rest).toBeUndefined();
    expect(blocksOf(arrived)).toEqual(LINE.map(({ header, body }) => ({ header, body })));
  });

  it("is divided when only its first bodies come", () => {
    const once = giveUp(askFor(newBatch(HEADERS), "p1", 7), 1);
    const [arrived, rest] = arrive(askFor(once, "p2", 8), BODIES.slice(0, 3));
    expect(arrived).toMatchObject({ state: "arrived", peer: "p2", headers: HEADERS.slice(0, 3) });
    expect(rest).toEqual({ state: "waiting", headers: HEADERS.slice(3), attempts: { p1: 1 } });
  });

  it("remembers who was asked for it in vain", () => {
    let batch = giveUp(askFor(newBatch(HEADERS), "p1", 7), 1);
    batch = giveUp(askFor(batch, "p2", 8), 3);
    batch = giveUp(askFor(batch, "p1", 9), 1);
    expect(["p1", "p2", "p3"].map((peer) => attemptsOf(batch, peer))).toEqual([2, 3, 0]);
  });

  it("leaves out what has come otherwise, and is nothing when all has", () => {
    const batch = newBatch(HEADERS);
    expect(without(batch, ({ height }) => height < 3)?.headers).toEqual(HEADERS.slice(2));
    expect(without(batch, () => true)).toBeUndefined();
  });

  it("is not asked for twice, and does not arrive, nor is given up or taken, too early", () => {
    const waiting = newBatch(HEADERS);
    const asked = askFor(waiting, "p1", 7);
    const [arrived] = arrive(asked, BODIES);
    expect(() => newBatch([])).toThrow("a batch of nothing");
    expect(() => askFor(asked, "p2", 8)).toThrow("asked for that is asked");
    expect(() => askFor(arrived, "p2", 8)).toThrow("asked for that is arrived");
    expect(() => arrive(waiting, BODIES)).toThrow("come for a batch that is waiting");
    expect(() => arrive(asked, [])).toThrow("bodies: 0");
    expect(() => arrive(asked, [...BODIES, []])).toThrow("bodies: 5");
    expect(() => giveUp(waiting, 1)).toThrow("given up that is waiting");
    expect(() => blocksOf(asked)).toThrow("taken from a batch that is asked");
    expect(() => without(asked, () => true)).toThrow("left out of a batch that is asked");
  });
});
