// What a storage quorum measures of itself, in virtual time.

import type { Invariant, World } from "../sim/invariant.ts";
import { dataOf, type StorageView } from "./storage-view.ts";

/**
 * `uploadSuccessRate`: of the uploads that came to an end, how many in a hundred were confirmed.
 * `consensusAchievementRate`: of the blocks that were settled. `consensusTime`: from an upload's
 * arrival to the decision that it is confirmed, in microseconds. Counts what audits find.
 */
export function measureStorage(): Invariant<StorageView> {
  const made = {
    name: "measures",
    state: { returned: 0, uploads: 0, uploaded: 0, settled: 0, confirmed: 0 },
    onStep: ({ emitted, history, metrics }: World<StorageView>) => {
      const { state } = made;
      for (const { event, data } of emitted) {
        const count = COUNTED[event];
        if (count !== undefined) metrics.count(count);
        const { status, took } = dataOf<{ status?: string; took?: number }>(data ?? {});
        if (event === "block decided" && status === "confirmed" && took !== undefined) {
          metrics.observe("consensusTime", took);
        }
        if (event !== "block settled") continue;
        state.settled++;
        if (status === "confirmed") state.confirmed++;
        metrics.gauge("consensusAchievementRate", rate(state.confirmed, state.settled));
      }
      for (; state.returned < history.returned.length; state.returned++) {
        const { operation, outcome, result } = history.returned[state.returned]!;
        const { op } = dataOf<{ op: string }>(operation);
        const answer = dataOf<{ status?: string; attempts?: number }>(result ?? {});
        if (op === "download" && outcome === "ok") {
          metrics.observe("downloadAttempts", answer.attempts ?? 0);
        }
        if (op !== "upload") continue;
        state.uploads++;
        if (outcome === "ok" && answer.status === "confirmed") state.uploaded++;
        metrics.gauge("uploadSuccessRate", rate(state.uploaded, state.uploads));
      }
      return undefined;
    },
  };
  return made;
}

/** What is counted under which name. */
const COUNTED: Readonly<Record<string, string>> = {
  "challenge passed": "challengesPassed",
  "challenge failed": "challengesFailed",
  "challenge missed": "challengesMissed",
  "fetch failed": "fetchesFailed",
  "fetch wasted": "fetchesWasted",
  "replica lost": "replicasLost",
  "late confirmation": "lateConfirmations",
};

function rate(part: number, whole: number): number {
  return Math.round((part * 100) / whole);
}
