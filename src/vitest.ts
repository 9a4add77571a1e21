// Scenarios as tests of vitest: `stormglass/vitest`.

import { test } from "vitest";
import { judge, planTest, type SimTestOptions } from "./campaign/project/sim-test.ts";
import type { Scenario } from "./sim/scenario.ts";

export type { SimTestOptions } from "./campaign/project/sim-test.ts";

/**
 * A vitest test that runs a scenario with many seeds, each twentieth twice, and fails at the first
 * that breaks an invariant or is not the same twice, with the faults that led there and a line that
 * runs that seed alone. The environment may say otherwise, for all such tests: STORMGLASS_SEEDS,
 * how many seeds (`5000`), or how many times as many (`10x`); STORMGLASS_SEED, the only one.
 */
export function simTest(name: string, scenario: Scenario, options: SimTestOptions): void {
  const planned = planTest(options, process.env);
  // Where the test stands, which is where a reader wants to be sent.
  const place = new Error(name);
  Error.captureStackTrace(place, simTest);
  test(name, { timeout: planned.timeout }, async () => {
    const complaint = await judge(name, scenario, planned, {
      rest: restNowAndThen(),
      seconds: () => performance.now() / 1_000,
    });
    if (complaint !== undefined) throw failure(complaint, place);
  });
}

/** Vitest gives up a worker that says nothing for a minute, and has timeouts to look at. */
function restNowAndThen(): () => Promise<void> {
  let restedAt = performance.now();
  return async () => {
    if (performance.now() - restedAt < REST_AFTER_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    restedAt = performance.now();
  };
}

const REST_AFTER_MS = 50;

/** An error that points to the test and not into this package. */
function failure(complaint: string, place: Error): Error {
  const error = new Error(complaint);
  const frames = (place.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  error.stack = [`${error.name}: ${complaint}`, ...frames].join("\n");
  return error;
}
