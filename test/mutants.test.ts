import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { huntMutant, loadMutants, ROOMS } from "./mutants/harness.ts";
import { shrunkRowOf } from "./mutants/shrinking.ts";
import { CAMPAIGN_SEEDS } from "./support/planted-bugs.ts";

const mutants = await loadMutants();
/** In their plans hosts, or what their invariant supposes, could be left out one by one. */
const SHRUNK = [
  "group-message-astray",
  "group-timer-astray",
  "majority-miscounts",
  "votes-despite-leader",
];

describe("the shrunk plan of a planted bug holds on the code as it is", () => {
  it.each(mutants.filter(({ id }) => SHRUNK.includes(id)))("$id", (mutant) => {
    const shrunk = shrunkRowOf(mutant, 60);

    expect(shrunk).toMatchObject({ isSame: true, isControlClean: true });
  });
});

describe("a mutant that does not fit the code", () => {
  const [mutant] = mutants;

  it.each([
    { find: "this text is nowhere", says: "its text is found 0 times" },
    { find: 'progress.mode = "probe"', says: "its text is found 2 times" },
  ])("$says", ({ find, says }) => {
    const misfit = { ...mutant!, file: "src/protocols/raft/leader.ts", find };

    expect(() => huntMutant(misfit, 1)).toThrow(says);
  });
});

it("is held against the unchanged code from the seed on at which a campaign ends", () => {
  expect(CAMPAIGN_SEEDS).toBeGreaterThan(0);
});

it("is hunted by the test of its room", () => {
  const tests = readdirSync("test/mutants").filter((name) => name.endsWith(".test.ts"));
  expect(tests).toEqual(ROOMS.map((room) => `${room}.test.ts`).sort());
});

it("has an id of its own", () => {
  const ids = mutants.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
