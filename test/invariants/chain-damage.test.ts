import { describe, expect, it } from "vitest";
import { damageIsNamed } from "../../src/invariants/chain-damage.ts";
import { HandMadeChain } from "../support/hand-made-chain.ts";

/** Records of so many bytes, as a journal has them. */
const journal = (...payloads: readonly number[]): Uint8Array<ArrayBuffer> => {
  const rest = (count: number) => Array.from({ length: 15 + count }, () => 0);
  const records = payloads.map((count) => [count * 2 + 1, ...rest(count)]);
  return Uint8Array.from(records.flat());
};

describe("that damage is named", () => {
  const rot = { host: "b", files: ["blocks"], from: 10, until: 20, question: "verify" };
  /** A start, and two blocks at bytes 20 and 40; one byte is another one then. */
  const rotten = (at: number, result: Record<string, string | number>) => {
    const world = new HandMadeChain(damageIsNamed("DAMAGE", rot));
    world.host("b").bytes = journal(4, 4, 4);
    world.event(10);
    const changed = journal(4, 4, 4);
    changed[at] = 99;
    world.host("b").bytes = changed;
    world.event(21);
    world.history.record("c1", "invoke", { id: "verify", operation: {} }, 22);
    world.history.record("c1", "ok", { id: "verify", result }, 23);
    return world;
  };
  const named = { kind: "damaged", file: "blocks", height: 2, reason: "rotten" };

  it("is accepted of the very block", () => {
    const world = rotten(57, named);
    expect(world.end(30)).toEqual([]);
    expect(world.metrics.counted("damagesNamed")).toBe(1);
  });

  it("is accepted of the first block where what is before it has rotted", () => {
    expect(rotten(3, { ...named, height: 1 }).end(30)).toEqual([]);
  });

  it("is rejected of another height or file, and of a chain that is said to be whole", () => {
    const wrong = "DAMAGE: block 1 in blocks has rotted, and";
    expect(rotten(39, named).end(30)).toEqual([`${wrong} ${JSON.stringify(named)}`]);
    const other = { ...named, height: 1, file: "other" };
    expect(rotten(39, other).end(30)).toEqual([`${wrong} ${JSON.stringify(other)}`]);
    const whole = { kind: "verified", height: 2 };
    expect(rotten(39, whole).end(30)).toEqual([`${wrong} ${JSON.stringify(whole)}`]);
  });

  it("is rejected where nothing has rotted", () => {
    const world = rotten(0, named);
    const untouched = new HandMadeChain(damageIsNamed("DAMAGE", rot));
    untouched.event(10);
    untouched.event(21);
    expect(untouched.end(30)).toEqual(["DAMAGE: nothing has rotted"]);
    expect(world.end(30)).toHaveLength(1);
  });
});
