// Scenarios as tests of vitest: `stormglass/vitest`.

import { writeSync } from "node:fs";
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
      giveUp,
      seconds: () => performance.now() / 1_000,
    });
    if (complaint !== undefined) throw failure(complaint, place);
  });
}

/**
 * Ends vitest's worker, which could never say anything any more: no turn of the event loop comes
 * after a promise that has no end. Vitest then says of this file that its worker exited.
 */
function giveUp(complaint: string): never {
  writeSync(STDERR, `\n${complaint}\n\n`);
  // `process.exit` is not Node's own here, and throws; an exception would wait for its turn.
  process.kill(process.pid, "SIGKILL");
  throw new Error(complaint);
}

/** Of a thread, `process.stderr` would wait for a turn, too. */
const STDERR = 2;

/** An error that points to the test and not into this package. */
function failure(complaint: string, place: Error): Error {
  const error = new Error(complaint);
  const frames = (place.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  error.stack = [`${error.name}: ${complaint}`, ...frames].join("\n");
  return error;
}
