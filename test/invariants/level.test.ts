import { describe, expect, it } from "vitest";
import { everyoneIsLevel } from "../../src/invariants/cut-off.ts";
import { clusterUnder } from "../support/hand-made-cluster.ts";

const LEVEL = () => everyoneIsLevel("LEVEL", { from: 10, by: 20 });

describe("that everyone has what was committed at a time", () => {
  it("is accepted while more is committed", () => {
    const cluster = clusterUnder([LEVEL()]);
    for (const id of ["n1", "n2"]) Object.assign(cluster.node(id), { commit: 5, applied: 5 });
    expect(cluster.event(10)).toEqual([]);
    Object.assign(cluster.node("n1"), { commit: 9, applied: 9 });
    Object.assign(cluster.node("n3"), { commit: 5, applied: 5 });
    expect(cluster.event(19)).toEqual([]);
    expect(cluster.event(30)).toEqual([]);
  });

  it("is rejected when a server lacks some of it, or is down", () => {
    const cluster = clusterUnder([LEVEL()]);
    Object.assign(cluster.node("n1"), { commit: 5, applied: 5 });
    Object.assign(cluster.node("n2"), { commit: 4, applied: 4 });
    cluster.host("n3").node = undefined;
    expect(cluster.event(10)).toEqual([]);
    expect(cluster.event(21)).toEqual([
      "LEVEL: not by 0.02 ms: 5 were committed, and applied are by n1 5, n2 4, n3 nothing",
    ]);
  });
});
