import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quorumLeader } from "../../src/invariants/liveness.ts";
import {
  measureCommits,
  measureDisruption,
  measureLeaderBy,
  measureLeadership,
  measureMinorityElections,
} from "../../src/invariants/measures.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import {
  type Cluster,
  clusterUnder,
  elect,
  isolate,
  type Member,
} from "../support/hand-made-cluster.ts";

const IDS = ["n1", "n2", "n3"];

/** Each of the servers takes a step, so that none of what it shows is overlooked. */
function lookAtAll(cluster: Cluster, at: number): void {
  for (const { id, node } of cluster.servers) if (node) cluster.event(at, { on: id });
}

describe("the measure of leadership", () => {
  it("takes the time to the first leader, gaps, their sum, and changes", () => {
    const cluster = clusterUnder([measureLeadership()]);
    lookAtAll(cluster, ms(1));
    elect(cluster, "n1", 1, ["n2", "n3"]);
    lookAtAll(cluster, ms(10));
    cluster.host("n1").node = undefined;
    cluster.event(ms(20), { kind: "fault begins" });
    elect(cluster, "n2", 2, ["n3"]);
    lookAtAll(cluster, ms(50));
    cluster.node("n2").role = "follower";
    lookAtAll(cluster, ms(60));
    expect(cluster.end(ms(100))).toEqual([]);
    const { gauges, samples, counts } = cluster.metrics.state;
    expect(gauges.get("timeToLeaderMs")).toBe(10);
    // n1 still stands as leader of n2 and n3 when it falls; the last 40 ms are a gap as well.
    expect(samples.get("electionGapMs")).toEqual([30]);
    expect(gauges.get("withoutLeaderMs")).toBe(70);
    expect(counts.get("leaderChanges")).toBe(1);
  });

  it("counts no change when the same server leads again", () => {
    const cluster = clusterUnder([measureLeadership()]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    lookAtAll(cluster, ms(10));
    elect(cluster, "n1", 2, ["n2", "n3"]);
    lookAtAll(cluster, ms(20));
    cluster.end(ms(30));
    expect(cluster.metrics.counted("leaderChanges")).toBe(0);
  });

  it("has no time to a leader, and no time without, in a run that never had one", () => {
    const cluster = clusterUnder([measureLeadership()]);
    lookAtAll(cluster, ms(10));
    cluster.end(ms(20));
    const { gauges } = cluster.metrics.state;
    expect([...gauges]).toEqual([["withoutLeaderMs", 0]]);
  });
});

describe("what the measure of leadership looks at", () => {
  const change = fc.record({
    server: fc.nat({ max: 2 }),
    kind: fc.constantFrom("lead", "follow", "follow", "follow", "step down", "crash", "restart"),
    whom: fc.nat({ max: 2 }),
  });
  type Change = typeof change extends fc.Arbitrary<infer Type> ? Type : never;

  /** The same figures, from a look at everybody after every event. */
  function measurePatiently(): Invariant<Member> {
    const leaders: { id: string | undefined; at: number }[] = [];
    return {
      name: "patient",
      onStep: (world) => {
        leaders.push({ id: quorumLeader(world)?.id, at: world.now });
        return undefined;
      },
      onEnd: ({ metrics, now }) => {
        const begin = leaders.findIndex(({ id }) => id !== undefined);
        if (begin !== -1) metrics.gauge("timeToLeaderMs", leaders[begin]!.at / 1_000);
        let without = 0;
        let last = leaders[begin]?.id;
        let lostAt: number | undefined;
        for (const { id, at } of leaders.slice(Math.max(begin, 0))) {
          if (id === undefined) lostAt ??= begin === -1 ? undefined : at;
          else {
            if (lostAt !== undefined) {
              metrics.observe("electionGapMs", (at - lostAt) / 1_000);
              without += at - lostAt;
            }
            if (id !== last) metrics.count("leaderChanges");
            last = id;
            lostAt = undefined;
          }
        }
        if (lostAt !== undefined) without += now - lostAt;
        metrics.gauge("withoutLeaderMs", without / 1_000);
        return undefined;
      },
    };
  }

  function play(invariant: Invariant<Member>, changes: readonly Change[]) {
    const cluster = clusterUnder([invariant]);
    elect(cluster, "n1", 1, []);
    changes.forEach(({ server, kind, whom }, i) => {
      const at = ms(i + 1);
      const host = cluster.servers[server]!;
      if (host.node === undefined) {
        if (kind !== "restart") return;
        const { term } = cluster.servers.find(({ node }) => node)?.node ?? { term: 1 };
        const back = { role: "follower", term, leader: undefined, commit: 0, applied: 0 };
        host.node = { ...back, lastIndex: 0 };
        cluster.event(at, { on: host.id, kind: "start" });
        return;
      }
      const { term } = cluster.servers[whom]!.node ?? host.node;
      const leads = {
        role: "leader",
        leader: host.id,
        term: host.node.term + (whom === 0 ? 1 : 0),
      };
      if (kind === "lead") Object.assign(host.node, leads);
      if (kind === "follow") {
        Object.assign(host.node, { role: "follower", leader: IDS[whom]!, term });
      }
      if (kind === "step down") Object.assign(host.node, { role: "follower", leader: undefined });
      if (kind === "crash") host.node = undefined;
      if (kind === "crash") cluster.event(at, { kind: "fault begins" });
      else cluster.event(at, { on: host.id });
    });
    cluster.end(ms(changes.length + 1));
    return cluster.metrics.state;
  }

  const changes = fc.array(change, { minLength: 5, maxLength: 40, size: "max" });

  it("is all that it has to look at", () => {
    const property = fc.property(changes, (some) => {
      expect(play(measureLeadership(), some)).toEqual(play(measurePatiently(), some));
    });
    fc.assert(property, { numRuns: 500 });
  });

  it("is put to gaps and changes of leader by the runs that are drawn", () => {
    const drawn = fc.sample(changes, { numRuns: 200, seed: 1 });
    const figures = drawn.map((some) => play(measurePatiently(), some));
    const gaps = figures.filter(({ samples }) => samples.has("electionGapMs"));
    const turns = figures.filter(({ counts }) => counts.has("leaderChanges"));
    expect(gaps.length).toBeGreaterThan(20);
    expect(turns.length).toBeGreaterThan(20);
  });
});

describe("the measure of commits", () => {
  function led(): Cluster {
    const cluster = clusterUnder([measureCommits()]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(0, { on: "n1" });
    return cluster;
  }

  function step(cluster: Cluster, at: number, fields: Partial<Member>): void {
    Object.assign(cluster.node("n1"), fields);
    cluster.event(at, { on: "n1" });
  }

  it("takes the time from each entry to its commit, and their median", () => {
    const cluster = led();
    step(cluster, ms(10), { lastIndex: 1 });
    step(cluster, ms(14), { lastIndex: 3 });
    step(cluster, ms(20), { commit: 2 });
    step(cluster, ms(44), { commit: 3 });
    cluster.end(ms(50));
    const { samples, gauges } = cluster.metrics.state;
    expect(samples.get("commitLatencyMs")).toEqual([10, 6, 30]);
    expect(gauges.get("commitLatencyMedianMs")).toBe(10);
  });

  it("leaves out what a leader found in its log when it was elected", () => {
    const cluster = led();
    step(cluster, ms(10), { lastIndex: 1 });
    elect(cluster, "n2", 2, ["n1", "n3"]);
    Object.assign(cluster.node("n2"), { lastIndex: 1 });
    cluster.event(ms(20), { on: "n2" });
    Object.assign(cluster.node("n2"), { lastIndex: 2 });
    cluster.event(ms(25), { on: "n2" });
    Object.assign(cluster.node("n2"), { commit: 2 });
    cluster.event(ms(30), { on: "n2" });
    expect(cluster.metrics.state.samples.get("commitLatencyMs")).toEqual([5]);
  });

  it("goes on for a new leader while an old one still claims to lead", () => {
    const cluster = led();
    elect(cluster, "n2", 2, ["n3"]);
    cluster.event(ms(20), { on: "n2" });
    Object.assign(cluster.node("n2"), { lastIndex: 2 });
    cluster.event(ms(25), { on: "n2" });
    Object.assign(cluster.node("n1"), { role: "leader", term: 1 });
    step(cluster, ms(27), { lastIndex: 1 });
    Object.assign(cluster.node("n2"), { commit: 2 });
    cluster.event(ms(30), { on: "n2" });
    expect(cluster.metrics.state.samples.get("commitLatencyMs")).toEqual([5, 5]);
  });

  it("takes how far the server furthest behind is behind, those that are down included", () => {
    const cluster = led();
    step(cluster, ms(1), { lastIndex: 5 });
    for (const id of ["n1", "n2", "n3"]) cluster.node(id).applied = 1;
    step(cluster, ms(2), { commit: 3, applied: 3 });
    cluster.host("n3").node = undefined;
    step(cluster, ms(3), { commit: 5, applied: 5 });
    step(cluster, ms(4), {});
    expect(cluster.metrics.state.samples.get("followerLag")).toEqual([2, 5]);
  });
});

describe("the measure of elections in the minority", () => {
  it("counts candidates that are cut off, each candidacy once", () => {
    const cluster = clusterUnder([measureMinorityElections()]);
    isolate(cluster, "n1");
    for (const id of ["n1", "n2"]) cluster.node(id).role = "candidate";
    for (const at of [1, 2]) for (const id of ["n1", "n2"]) cluster.event(at, { on: id });
    cluster.node("n1").role = "follower";
    cluster.event(3, { on: "n1" });
    cluster.node("n1").role = "candidate";
    cluster.event(4, { on: "n1" });
    cluster.end(5);
    expect(cluster.metrics.state.gauges.get("electionsInMinority")).toBe(2);
  });
});

describe("the measure of disruption", () => {
  it("counts lost leaders, new ones and new terms, from its time on", () => {
    const cluster = clusterUnder([measureDisruption(seconds(1))]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(ms(900));
    elect(cluster, "n2", 2, ["n1", "n3"]);
    cluster.event(seconds(1));
    cluster.event(ms(1_100));
    elect(cluster, "n2", 3, ["n1", "n3"]);
    cluster.event(ms(1_200));
    cluster.node("n2").role = "follower";
    cluster.event(ms(1_300));
    elect(cluster, "n1", 4, ["n2", "n3"]);
    cluster.event(ms(1_400));
    cluster.end(ms(1_500));
    expect(cluster.metrics.state.gauges.get("disruptions")).toBe(2);
  });
});

describe("the measure of a leader by a time", () => {
  function measure(prepare: (cluster: Cluster) => void, at = seconds(2)): number | undefined {
    const cluster = clusterUnder([measureLeaderBy("leads", seconds(2))]);
    prepare(cluster);
    cluster.event(at);
    // What happens later counts no more.
    for (const { node } of cluster.servers) Object.assign(node!, { role: "follower" });
    cluster.event(seconds(2) + 1);
    cluster.end(seconds(3));
    return cluster.metrics.state.gauges.get("leads");
  }

  it("is 1 with a leader whom a majority follows", () => {
    expect(measure((cluster) => elect(cluster, "n1", 1, ["n2"]))).toBe(1);
  });

  it("is 0 with a claim, and with a leader who is cut off from those who still follow", () => {
    expect(measure((cluster) => elect(cluster, "n1", 1, []))).toBe(0);
    const cutOff = (cluster: Cluster): void => {
      elect(cluster, "n1", 1, ["n2"]);
      isolate(cluster, "n1");
    };
    expect(measure(cutOff)).toBe(0);
  });

  it("is 0 with a leader that came too late", () => {
    expect(measure((cluster) => elect(cluster, "n1", 1, ["n2"]), seconds(2) + 1)).toBe(0);
  });
});
