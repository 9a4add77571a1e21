import { describe, expect, it } from "vitest";
import {
  measureAnsweredCutOff,
  measureElections,
  measureSecondRequests,
} from "../../src/invariants/elections.ts";
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

describe("the measure of second requests", () => {
  const votes = (term: number, to: string) => ({
    on: "n3",
    sent: [{ to, message: { type: "voteReply", term, granted: true } }],
  });
  const asks = (term: number, from: string) => ({
    on: "n3",
    from,
    payload: { type: "vote", term },
  });
  const counted = (
    ...events: readonly Parameters<ReturnType<typeof clusterUnder>["event"]>[1][]
  ) => {
    const cluster = clusterUnder([measureSecondRequests()]);
    cluster.event(1, votes(4, "n1"));
    cluster.host("n3").life++;
    for (const [i, event] of events.entries()) cluster.event(2 + i, event);
    return cluster.metrics.counted("secondRequests");
  };

  it("counts who is asked by another, in the same term, after a restart", () => {
    expect(counted(asks(4, "n2"), asks(4, "n2"))).toBe(2);
  });

  it("does not count the same candidate, another term, nor another message", () => {
    const preVote = { ...asks(4, "n2"), payload: { type: "preVote", term: 4 } };
    expect(counted(asks(4, "n1"), asks(5, "n2"), preVote, votes(4, "n2"))).toBe(0);
  });

  it("does not count what comes in the life in which it has voted", () => {
    expect(counted(votes(5, "n1"), asks(5, "n2"))).toBe(0);
  });
});
