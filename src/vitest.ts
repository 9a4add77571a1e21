// Scenarios as tests of vitest: `stormglass/vitest`.

import { test } from "vitest";
import { judge, planTest, type SimTestOptions } from "./campaign/project/sim-test.ts";
import type { Scenario } from "./sim/scenario.ts";

export type { SimTestOptions } from "./campaign/project/sim-test.ts";

/**
 * A vitest test that runs a scenario with many seeds, each twentieth twice, and fails at the first
 * that breaks an invariant, is not the same twice, or has no end, with the faults that led there or
 * the event where it stands, and a line that runs that seed alone. The environment may say
 * otherwise, for all such tests: STORMGLASS_SEEDS, how many seeds (`5000`), or how many times as
 * many (`10x`); STORMGLASS_SEED, the only one.
 */
export function simTest(name: string, scenario: Scenario, options: SimTestOptions): void {
  const planned = planTest(options, process.env);
  // Where the test stands, which is where a reader wants to be sent.
  const place = new Error(name);
  Error.captureStackTrace(place, simTest);
  test(name, { timeout: planned.timeout }, async () => {
    const complaint = await judge(name, scenario, planned, {
      turn: inTurn,
      seconds: () => performance.now() / 1_000,
    });
    if (complaint !== undefined) throw failure(complaint, place);
  });
}

/** In between vitest has its turns too: it gives up a worker that is silent for long. */
function inTurn<Result>(act: () => Result): Promise<Result> {
  return new Promise((resolve, reject) => {
    nextTurn(() => {
      try {
        resolve(act());
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Node's own, whatever a test puts in its place, as with `vi.useFakeTimers`. */
const nextTurn = setImmediate;

/** An error that points to the test and not into this package. */
function failure(complaint: string, place: Error): Error {
  const error = new Error(complaint);
  const frames = (place.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  error.stack = [`${error.name}: ${complaint}`, ...frames].join("\n");
  return error;
}
