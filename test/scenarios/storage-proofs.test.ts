import { expect, it } from "vitest";
import { findScenario, plan, run } from "../../src/index.ts";

/** How long a replica may be lost, in ms, if no node held more than `count` of them. */
const boundOf = (count: number): number => (2 * count - 1) * 30_000 + 10_000;

it("finds every lost replica within the bound that the challenge rate gives, in 200 runs", () => {
  const scenario = findScenario("sq-proof-of-storage-challenge");
  const seeds = Array.from({ length: 200 }, (_, i) => String(i + 1));

  const results = seeds.map((seed) => run(scenario, plan(scenario, seed), { only: ["SQ-FOUND"] }));

  const found = results.flatMap(({ metrics }) => metrics.state.samples.get("detectionMs") ?? []);
  expect(results.filter(({ violation }) => violation !== undefined)).toEqual([]);
  expect(found.length).toBeGreaterThan(500);
  // The invariant knows how many each node held: more than twenty here and there.
  expect(Math.max(...found)).toBeLessThan(boundOf(25));
  // One round is not enough for all: the formula claims no more than it must.
  expect(found.filter((time) => time > boundOf(20) / 2).length).toBeGreaterThan(20);
}, 240_000);
