import { describe, expect, it } from "vitest";
import { measureHeardWhileDeaf, measureTermGrowth } from "../../src/invariants/one-way.ts";
import { seconds } from "../../src/sim/time.ts";
import { clusterUnder, elect } from "../support/hand-made-cluster.ts";

describe("the measure of terms in a span", () => {
  const span = { from: seconds(10), until: seconds(40) - 1 };

  it("takes the highest term of all, and gives it per minute", () => {
    const cluster = clusterUnder([measureTermGrowth(span)]);
    elect(cluster, "n1", 3, ["n2"]);
    cluster.event(span.from - 1, { on: "n1" });
    cluster.node("n3").term = 5;
    cluster.event(span.from, { on: "n3" });
    cluster.node("n3").term = 9;
    cluster.event(span.until, { on: "n3" });
    cluster.event(span.until, { on: "n1" });
    cluster.end(seconds(50));
    expect(cluster.metrics.gauged("termsPerMinute")).toBe(12);
  });

  it("counts no term from before the span or after it, and is 0 when none is new", () => {
    const cluster = clusterUnder([measureTermGrowth(span)]);
    cluster.node("n1").term = 7;
    cluster.event(span.from - 1, { on: "n1" });
    cluster.event(span.until, { on: "n2" });
    cluster.node("n1").term = 8;
    cluster.event(span.until + 1, { on: "n1" });
    cluster.end(seconds(50));
    expect(cluster.metrics.state.gauges.get("termsPerMinute")).toBe(0);
  });
});

describe("the measure of who is heard while it is deaf", () => {
  const made = () => {
    const cluster = clusterUnder([measureHeardWhileDeaf()]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.cut("n2", "n1");
    return cluster;
  };

  it("counts what comes from a leader to whom nothing goes back", () => {
    const cluster = made();
    cluster.event(1, { on: "n2", from: "n1" });
    cluster.event(2, { on: "n2", from: "n1" });
    cluster.end(3);
    expect(cluster.metrics.gauged("heardWhileDeaf")).toBe(2);
  });

  it.each([
    ["over links that are whole", { on: "n3", from: "n1" }],
    ["from one who does not lead", { on: "n2", from: "n3" }],
    ["that is no message", { on: "n2", from: "n1", kind: "timer" as const }],
  ])("counts nothing %s", (_, event) => {
    const cluster = made();
    cluster.cut("n2", "n3");
    cluster.event(1, event);
    cluster.end(2);
    expect(cluster.metrics.state.gauges.get("heardWhileDeaf")).toBe(0);
  });

  it("counts nothing of a leader that has stepped down", () => {
    const cluster = made();
    cluster.node("n1").role = "follower";
    cluster.event(1, { on: "n2", from: "n1" });
    cluster.end(2);
    expect(cluster.metrics.gauged("heardWhileDeaf")).toBe(0);
  });
});
