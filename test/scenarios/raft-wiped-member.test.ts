// The fault of raft-wiped-member bites: the disk is lost, and who comes back is somebody else.

import { expect, it } from "vitest";
import { findScenario, plan, run } from "../../src/index.ts";
import type { Micros } from "../../src/sim/time.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import type { TraceEntry } from "../../src/sim/trace.ts";

/** What kinds of messages a host has sent in a span of time, each once, in order. */
function sentBy(trace: readonly TraceEntry[], from: string, [since, until]: Micros[]): string[] {
  const sent = trace.filter(
    ({ host, kind, at }) => host === from && kind === "send" && at >= since! && at < until!,
  );
  // All messages of the store have a type.
  return [...new Set(sent.map(({ payload }) => (payload as { type: string }).type))];
}

it("a wiped voter comes back as another, who answers only for itself", () => {
  const scenario = findScenario("raft-wiped-member");
  const { faults, violation, trace } = run(scenario, plan(scenario, "1"), { trace: true });
  expect(violation).toBeUndefined();
  expect(faults.get("wipe")).toEqual({ offered: 1, injected: 1, effective: 1 });
  // It is asked for its vote, time and again, and answers nobody but clients.
  expect(sentBy(trace, "n2", [seconds(7), seconds(13)])).toContain("preVote");
  expect(sentBy(trace, "n3", [seconds(7), seconds(13)])).toEqual(["redirect"]);
  expect(sentBy(trace, "n3", [seconds(13), seconds(13) + ms(300)])).toEqual([
    "redirect",
    "stranger",
    "appendReply",
  ]);
});
