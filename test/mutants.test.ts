import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { huntAlone, huntMutant, loadMutants, UnchangedCode } from "./mutants/harness.ts";
import { SEEDS_MAX } from "./mutants/mutant.ts";
import { shrunkRowOf } from "./mutants/shrinking.ts";
import { makePackages } from "./support/changed-package.ts";

const mutants = await loadMutants();
const unchanged = new UnchangedCode();
makePackages(mutants);

const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
/** The first seeds of each scenario, which `npm run campaign` runs on the unchanged code. */
const CAMPAIGN_SEEDS = Number(/--seeds (\d+)/.exec(scripts.campaign)?.[1]);

describe("each planted bug is caught by the invariant meant for it", () => {
  it.each(mutants)("$id: $invariant", (mutant) => {
    const { seed, others } = huntMutant(mutant, SEEDS_MAX);

    expect(seed, JSON.stringify(others)).toBeDefined();
    expect(unchanged.broken(mutant.scenario, seed!, CAMPAIGN_SEEDS)).toEqual([]);
  });
});

describe("some are caught by another invariant as well, when it judges alone", () => {
  it.each(mutants.filter(({ alone }) => alone !== undefined))("$id: $alone.invariant", (mutant) => {
    const { seed } = huntAlone(mutant, SEEDS_MAX);

    expect(seed).toBeDefined();
    expect(unchanged.broken(mutant.alone!.scenario, seed!, CAMPAIGN_SEEDS)).toEqual([]);
  });
});

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

it("has an id of its own", () => {
  const ids = mutants.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});
