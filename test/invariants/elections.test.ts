import { describe, expect, it } from "vitest";
import { measureAnsweredCutOff, measureElections } from "../../src/invariants/elections.ts";
import { clusterUnder, elect, isolate } from "../support/hand-made-cluster.ts";

const sends = (on: string, ...types: string[]) => ({
  on,
  sent: types.map((type) => ({ to: "n9", message: { type } })),
});

describe("the measure of elections", () => {
  it("counts by group who asks for votes, once however many are asked", () => {
    const ids = ["n1", "n2", "n3"];
    const groupOf = (id: string): string => (id === "n1" ? "fast" : "slow");
    const cluster = clusterUnder([measureElections(ids, groupOf)]);
    cluster.event(1, sends("n1", "preVote", "preVote"));
    cluster.event(2, sends("n1", "vote", "vote"));
    cluster.event(3, sends("n2", "vote"));
    cluster.event(4, sends("n3", "vote"));
    cluster.event(5, sends("n3", "voteReply", "append"));
    cluster.end(6);
    expect([...cluster.metrics.state.gauges]).toEqual([
      ["elections, fast", 1],
      ["pre-votes, fast", 1],
      ["elections, slow", 2],
      ["pre-votes, slow", 0],
    ]);
  });
});

describe("the measure of answers from one who is cut off", () => {
  it("counts replies of a leader in the minority, and no others", () => {
    const cluster = clusterUnder([measureAnsweredCutOff()]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    cluster.event(1, sends("n1", "reply"));
    isolate(cluster, "n1");
    cluster.event(2, sends("n1", "reply", "append", "reply"));
    cluster.event(3, sends("n2", "reply"));
    cluster.node("n1").role = "follower";
    cluster.event(4, sends("n1", "reply"));
    cluster.end(5);
    expect(cluster.metrics.gauged("answered cut off")).toBe(2);
  });
});
