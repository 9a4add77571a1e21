// What is asked of every planted bug. The test of each room is a file of its own, so that rooms are
// hunted at the same time.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  huntAlone,
  huntMutant,
  loadMutants,
  type ROOMS,
  UnchangedCode,
} from "../mutants/harness.ts";
import { SEEDS_MAX } from "../mutants/mutant.ts";
import { makePackages } from "./changed-package.ts";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
/** The first seeds of each scenario, which `npm run campaign` runs on the unchanged code. */
export const CAMPAIGN_SEEDS = Number(/--seeds (\d+)/.exec(scripts.campaign)?.[1]);

/** Makes a test of each bug of a room. */
export async function testPlantedBugs(room: (typeof ROOMS)[number]): Promise<void> {
  const mutants = await loadMutants([room]);
  const unchanged = new UnchangedCode();
  makePackages(mutants);

  describe("each planted bug is caught by the invariant meant for it", () => {
    it.each(mutants)("$id: $invariant", (mutant) => {
      const { seed, others } = huntMutant(mutant, SEEDS_MAX);

      expect(seed, JSON.stringify(others)).toBeDefined();
      expect(unchanged.broken(mutant.scenario, seed!, CAMPAIGN_SEEDS)).toEqual([]);
    });
  });

  const judgedAlone = mutants.flatMap((mutant) =>
    (mutant.alone ?? []).map((catcher) => ({ ...catcher, id: mutant.id, mutant })),
  );
  if (judgedAlone.length === 0) return;
  describe("some are caught by other invariants as well, when these judge alone", () => {
    it.each(judgedAlone)("$id: $invariant", ({ mutant, scenario, invariant }) => {
      const { seed } = huntAlone(mutant, { scenario, invariant }, SEEDS_MAX);

      expect(seed).toBeDefined();
      expect(unchanged.broken(scenario, seed!, CAMPAIGN_SEEDS)).toEqual([]);
    });
  });
}
