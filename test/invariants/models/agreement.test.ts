import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkLinearizability } from "../../../src/invariants/linearizability.ts";
import { models } from "../../../src/invariants/models.ts";
import { isLinearizableByBruteForce } from "../../support/brute-force.ts";
import { histories } from "../../support/drawn-histories.ts";
import { taskVocabulary, vocabularies } from "../../support/vocabularies.ts";

const RUNS = 20_000;

describe("agreement with brute force", () => {
  it("is asked of every model", () => {
    expect(Object.keys(vocabularies)).toEqual(models.map(({ model }) => model.name));
  });

  it.each([...Object.entries(vocabularies), ["task", taskVocabulary] as const])(
    "holds of %s",
    (_name, vocabulary) => {
      const counts = { ok: 0, illegal: 0, unknown: 0 };
      fc.assert(
        fc.property(histories(vocabulary), (history) => {
          const { verdict } = checkLinearizability(history, vocabulary.model);
          counts[verdict]++;
          return (
            verdict === (isLinearizableByBruteForce(history, vocabulary.model) ? "ok" : "illegal")
          );
        }),
        { numRuns: RUNS },
      );
      expect(Math.min(counts.ok, counts.illegal)).toBeGreaterThan(RUNS * 0.15);
    },
  );
});
