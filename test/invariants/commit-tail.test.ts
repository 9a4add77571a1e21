import { describe, expect, it } from "vitest";
import { commitTails } from "../../src/invariants/commit-tail.ts";
import { measureCommits } from "../../src/invariants/measures.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { type Cluster, clusterUnder, elect } from "../support/hand-made-cluster.ts";

const PHASES = [
  { name: "calm", from: seconds(1), until: seconds(2), p99Max: ms(10) },
  { name: "storm", from: seconds(3), until: seconds(4), p99Max: ms(50) },
];

function made(): Cluster {
  const cluster = clusterUnder([measureCommits(), commitTails("TAIL", PHASES)]);
  elect(cluster, "n1", 1, ["n2", "n3"]);
  cluster.event(0, { on: "n1" });
  return cluster;
}

/** The leader makes an entry, and commits it so much later; returns what is broken. */
function commit(cluster: Cluster, at: number, latency: number): string[] {
  const node = cluster.node("n1");
  node.lastIndex++;
  const broken = cluster.event(at - latency, { on: "n1" });
  node.commit++;
  return [...broken, ...cluster.event(at, { on: "n1" })];
}

describe("that commits have no long tail in a phase", () => {
  it("is accepted at the bound, and measured, also against the first phase", () => {
    const cluster = made();
    commit(cluster, seconds(1), ms(10));
    commit(cluster, seconds(2), ms(7));
    commit(cluster, seconds(3), ms(50));
    commit(cluster, seconds(4), ms(20));
    expect(cluster.end(seconds(5))).toEqual([]);
    const { gauges } = cluster.metrics.state;
    expect(gauges.get("commitP99Ms, calm")).toBe(10);
    expect(gauges.get("commitP99Ms, storm")).toBe(50);
    expect(gauges.get("commitP99RiseMs, calm")).toBe(0);
    expect(gauges.get("commitP99RiseMs, storm")).toBe(40);
  });

  it("is accepted of long ones before, between and after the phases", () => {
    const cluster = made();
    commit(cluster, seconds(1) - 1, ms(500));
    commit(cluster, seconds(1), ms(1));
    commit(cluster, seconds(2) + 1, ms(500));
    commit(cluster, seconds(3), ms(1));
    commit(cluster, seconds(4) + 1, ms(500));
    expect(cluster.end(seconds(5))).toEqual([]);
  });

  it("is rejected when one of 99 is longer, and not when one of 100 is", () => {
    const tail = (count: number): string[] => {
      const cluster = made();
      for (let i = 0; i < count - 1; i++) commit(cluster, seconds(1) + ms(2 * i), ms(1));
      commit(cluster, seconds(2), ms(11));
      commit(cluster, seconds(3), ms(1));
      return cluster.end(seconds(5));
    };
    expect(tail(100)).toEqual([]);
    expect(tail(99)).toEqual([
      'TAIL: one commit of 100 takes 11 ms in the phase "calm", expected 10 ms at most',
    ]);
  });

  it("is rejected of a phase without a commit", () => {
    const cluster = made();
    commit(cluster, seconds(1), ms(1));
    expect(cluster.end(seconds(5))).toEqual(['TAIL: nothing is committed in the phase "storm"']);
  });
});
