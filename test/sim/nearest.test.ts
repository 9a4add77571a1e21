import { describe, expect, it } from "vitest";
import { findFamily, findScenario } from "../../src/scenarios/catalogue.ts";
import { UsageError } from "../../src/sim/assert.ts";
import { didYouMean, nearest } from "../../src/sim/nearest.ts";

describe("the nearest names", () => {
  it.each([
    ["chaos", ["chaos", "chas"], ["chaos", "chas"]],
    ["chas", ["calm", "chaos"], ["chaos"]],
    ["chaoss", ["chaos"], ["chaos"]],
    ["chaps", ["chaos"], ["chaos"]],
    ["cahos", ["caxxs", "chaos"], ["chaos", "caxxs"]],
    ["figure-8", ["raft/figure-8", "raft/figure-9"], ["raft/figure-8"]],
    ["ab", ["xaby", "abc"], ["abc", "xaby"]],
    ["a", ["raft-chaos"], []],
    ["nothing-like-it", ["chaos", "calm"], []],
    ["", ["chaos"], []],
    ["abcd", ["abce", "abcf", "abcg", "abch"], ["abce", "abcf", "abcg"]],
  ])("to %j of %j are %j", (name, names, near) => {
    expect(nearest(name, names)).toEqual(near);
  });

  it("are offered in words, or nothing is", () => {
    expect(didYouMean("chas", ["chaos", "chase"])).toBe(", did you mean chaos or chase?");
    expect(didYouMean("nothing-like-it", ["chaos"])).toBe("");
  });
});

describe("a scenario that is not there", () => {
  it.each([
    ["raft-choas-mode", ", did you mean raft-chaos-mode?"],
    ["figure-8", ", did you mean raft-rapid-leader-changes/figure-8?"],
    ["nope", ""],
  ])("%s: offers the nearest", (name, offer) => {
    const expected = "scenario: expected a name that `stormglass list` shows, got";
    const message = `${expected} "${name}"${offer}`;
    expect(() => findScenario(name)).toThrow(new UsageError(message));
    expect(() => findFamily(name)).toThrow(new UsageError(message));
  });
});
