import { describe, expect, it } from "vitest";
import { anotherLeads, handsOver, measureRefusals } from "../../src/invariants/refusals.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { clusterUnder, elect } from "../support/hand-made-cluster.ts";

const refusal = (reason: string) => ({ to: "c1", message: { type: "refused", reason } });
const refuses = (on: string, reason = "disk full") => ({ on, sent: [refusal(reason)] });

describe("the measure of refusals", () => {
  it("counts them by the reason given, and nothing else that is sent", () => {
    const cluster = clusterUnder([measureRefusals()]);
    const other = { to: "c1", message: { type: "redirect", reason: "busy" } };
    const messages = [refusal("busy"), refusal("disk full"), refusal("busy"), other];
    cluster.event(1, { on: "n1", sent: [...messages, { to: "c1", message: "refused" }] });
    expect([...cluster.metrics.state.counts]).toEqual([
      ["refused, busy", 2],
      ["refused, disk full", 1],
    ]);
  });
});

describe("that a server which refuses hands over", () => {
  const made = () => {
    const cluster = clusterUnder([handsOver("HAND-OVER", "disk full", seconds(10))]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    return cluster;
  };

  it("is accepted when a majority follows another in time, and is measured each time", () => {
    const cluster = made();
    expect(cluster.event(ms(100), refuses("n1"))).toEqual([]);
    expect(cluster.event(ms(200), refuses("n1"))).toEqual([]);
    elect(cluster, "n2", 2, ["n3"]);
    expect(cluster.event(ms(100) + seconds(10))).toEqual([]);
    expect(cluster.event(seconds(30), refuses("n2"))).toEqual([]);
    elect(cluster, "n3", 3, ["n1", "n2"]);
    expect(cluster.event(seconds(31))).toEqual([]);
    expect(cluster.metrics.state.samples.get("handOverMs")).toEqual([10_000, 1_000]);
  });

  it("is not asked of refusals for another reason", () => {
    const cluster = made();
    cluster.event(ms(100), refuses("n1", "busy"));
    expect(cluster.event(seconds(60))).toEqual([]);
  });

  it.each([
    ["it leads on", 1, ["n2", "n3"]],
    ["nobody has a majority", 1, []],
  ])("is rejected when %s", (_, term, followers) => {
    const cluster = made();
    cluster.event(ms(100), refuses("n1"));
    cluster.node("n2").leader = undefined;
    cluster.node("n3").leader = undefined;
    elect(cluster, "n1", term, followers);
    expect(cluster.event(ms(100) + seconds(10))).toEqual([]);
    expect(cluster.event(ms(101) + seconds(10))).toEqual([
      'HAND-OVER: n1 refuses since 100 ms, "disk full", and nobody else leads',
    ]);
  });
});

describe("that another leads", () => {
  const made = () => {
    const cluster = clusterUnder([anotherLeads("HAND-OVER", seconds(5), seconds(3))]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(seconds(5));
    return cluster;
  };

  it("is accepted when a majority follows another in time, whatever the first one believes", () => {
    const cluster = made();
    cluster.event(seconds(6));
    elect(cluster, "n2", 2, ["n3"]);
    expect(cluster.event(seconds(8))).toEqual([]);
    expect(cluster.metrics.state.samples.get("handOverMs")).toEqual([3_000]);
    elect(cluster, "n1", 3, ["n2", "n3"]);
    expect([...cluster.event(seconds(20)), ...cluster.end(seconds(21))]).toEqual([]);
  });

  it("is rejected when the first one leads on, or nobody has a majority", () => {
    const cluster = made();
    expect(cluster.event(seconds(8))).toEqual([]);
    const late = "HAND-OVER: n1 led at 5 s, and nobody else does now";
    expect(cluster.event(seconds(8) + 1)).toEqual([late]);
    cluster.node("n2").leader = undefined;
    cluster.node("n3").leader = undefined;
    expect(cluster.event(seconds(9))).toEqual([late]);
  });

  it("is rejected when the run ends before anybody else has led", () => {
    expect(made().end(seconds(6))).toEqual(["HAND-OVER: nobody else has led"]);
  });
});
