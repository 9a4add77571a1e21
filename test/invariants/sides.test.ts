import { describe, expect, it } from "vitest";
import type { LeadershipView } from "../../src/invariants/liveness.ts";
import { measureOutcomesBySide, minorityIsTold } from "../../src/invariants/sides.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { ms } from "../../src/sim/time.ts";
import { type Cluster, clusterUnder, isolate } from "../support/hand-made-cluster.ts";

const asked = (operation: Plain) => (operation as { readonly server?: string }).server;

/** A client begins to ask that server, or any. */
function ask(cluster: Cluster, id: string, at: number, server?: string): string[] {
  cluster.history.record(id, "invoke", { id, operation: { server } }, at);
  return cluster.event(at);
}

function end(cluster: Cluster, id: string, at: number, outcome: "ok" | "fail" | "info"): string[] {
  cluster.history.record(id, outcome, { id }, at);
  return cluster.event(at);
}

/** Three servers, of which n3 is cut off. */
function cutOff(invariant: Invariant<LeadershipView>): Cluster {
  const cluster = clusterUnder([invariant]);
  isolate(cluster, "n3");
  return cluster;
}

describe("outcomes by side", () => {
  it("are counted by where the server was when it was asked", () => {
    const cluster = clusterUnder([measureOutcomesBySide(asked)]);
    ask(cluster, "a", 1, "n3");
    isolate(cluster, "n3");
    ask(cluster, "b", 2, "n3");
    ask(cluster, "c", 3, "n1");
    ask(cluster, "d", 4);
    end(cluster, "a", 5, "ok");
    end(cluster, "b", 6, "info");
    end(cluster, "c", 7, "fail");
    end(cluster, "d", 8, "ok");
    expect(Object.fromEntries(cluster.metrics.state.counts)).toEqual({
      ...{ "acked, whole": 1, "unknown, minority": 1, "failed, majority": 1, "acked, any": 1 },
    });
  });
});

describe("that who asks the minority is told something", () => {
  it("is accepted of an end in time, and measured", () => {
    const cluster = cutOff(minorityIsTold("TOLD", ms(10), asked));
    ask(cluster, "a", ms(1), "n3");
    expect(end(cluster, "a", ms(11), "info")).toEqual([]);
    expect(cluster.event(ms(50))).toEqual([]);
    expect(cluster.metrics.counted("minorityTold")).toBe(1);
    expect(cluster.metrics.state.samples.get("minorityToldMs")).toEqual([10]);
  });

  it("is accepted of who waits for the majority, or for any", () => {
    const cluster = cutOff(minorityIsTold("TOLD", ms(10), asked));
    ask(cluster, "a", ms(1), "n1");
    ask(cluster, "b", ms(1));
    expect(cluster.event(ms(50))).toEqual([]);
  });

  it("is rejected of one that is left without a word, though the cut heals", () => {
    const cluster = cutOff(minorityIsTold("TOLD", ms(10), asked));
    ask(cluster, "a", ms(1), "n3");
    expect(cluster.event(ms(11))).toEqual([]);
    expect(cluster.event(ms(12))).toEqual(["TOLD: a is told nothing for 10 ms"]);
  });
});
