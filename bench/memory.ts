// Whether a campaign's memory grows with its length.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { campaign, inThisThread } from "../src/campaign/campaign.ts";
import { findFamily } from "../src/scenarios/catalogue.ts";

/** The heap after a full collection, when so many schedules had run. */
export interface Heap {
  readonly schedules: number;
  readonly bytes: number;
}

const MARKS = [1_000, 3_000, 10_000, 30_000, 100_000];

/** Runs a campaign of 100,000 schedules and looks at the heap on the way. */
export async function measureMemory(): Promise<readonly Heap[]> {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  const heap: Heap[] = [];
  const last = MARKS.at(-1)!;
  let done = 0;
  const scenarios = findFamily("raft-initial-election").map((scenario) => ({ scenario }));
  await campaign({
    scenarios,
    seeds: undefined,
    from: 1,
    runner: inThisThread(scenarios),
    isOver: () => done >= last,
    onRun: (_, __, { schedules }) => {
      done = schedules;
      if (!MARKS.includes(schedules)) return;
      collect();
      heap.push({ schedules, bytes: process.memoryUsage().heapUsed });
    },
  });
  return heap;
}
