import { describe, expect, it } from "vitest";
import {
  acknowledgesIn,
  acknowledgesSteadily,
  everyoneAgrees,
  leaderIsElected,
  leaderIsReplaced,
  leaderStays,
  operationsReturn,
  quorumLeader,
  writesResume,
} from "../../src/invariants/liveness.ts";
import type { Fault } from "../../src/sim/fault.ts";
import type { World } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { type Cluster, clusterUnder, elect, type Member } from "../support/hand-made-cluster.ts";

describe("the leader of a quorum", () => {
  /** Who leads, as an invariant finds it after an event. */
  function leaderOf(cluster: Cluster): string | undefined {
    let found: string | undefined;
    const look = (world: World<Member>) => {
      found = quorumLeader(world)?.id;
      return undefined;
    };
    const nodes = Object.fromEntries(cluster.servers.map(({ id, node }) => [id, node!]));
    const seen = clusterUnder([{ name: "look", onStep: look }], cluster.servers.length);
    for (const { id } of seen.servers) seen.host(id).node = nodes[id];
    seen.event(0);
    return found;
  }

  it("is followed by a majority, itself included", () => {
    const cluster = clusterUnder([], 3);
    elect(cluster, "n2", 1, ["n1"]);
    expect(leaderOf(cluster)).toBe("n2");
  });

  it("is not one who only claims to lead", () => {
    const cluster = clusterUnder([], 3);
    elect(cluster, "n2", 1, []);
    expect(leaderOf(cluster)).toBeUndefined();
  });

  it("is not followed by half of four", () => {
    const cluster = clusterUnder([], 4);
    elect(cluster, "n2", 1, ["n1"]);
    expect(leaderOf(cluster)).toBeUndefined();
  });

  it("is not followed by one of another term, nor by one that is down", () => {
    const cluster = clusterUnder([], 3);
    elect(cluster, "n2", 1, ["n1"]);
    cluster.node("n1").term = 2;
    expect(leaderOf(cluster)).toBeUndefined();
    cluster.node("n1").term = 1;
    cluster.host("n1").node = undefined;
    expect(leaderOf(cluster)).toBeUndefined();
  });

  it("is the one of the new term while the old one still claims to lead", () => {
    const cluster = clusterUnder([], 3);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    elect(cluster, "n2", 2, ["n3"]);
    expect(leaderOf(cluster)).toBe("n2");
  });
});

describe("that a leader is elected", () => {
  const invariant = () => leaderIsElected("LEADER", { from: seconds(1), by: seconds(2) });

  it("is accepted when there is one within the time, and never asked again", () => {
    const cluster = clusterUnder([invariant()]);
    elect(cluster, "n1", 1, ["n2"]);
    expect(cluster.event(seconds(2))).toEqual([]);
    cluster.node("n1").role = "follower";
    expect(cluster.event(seconds(5))).toEqual([]);
    expect(cluster.end(seconds(6))).toEqual([]);
  });

  it("is rejected at the first event after the time, with who is what", () => {
    const cluster = clusterUnder([invariant()]);
    elect(cluster, "n1", 3, []);
    Object.assign(cluster.node("n2"), { leader: "n3", term: 2, commit: 4 });
    cluster.host("n3").node = undefined;
    expect(cluster.event(seconds(2))).toEqual([]);
    expect(cluster.event(seconds(2) + 1)).toEqual([
      "LEADER: not by 2 s: n1 waits for a majority to follow it, without n2 n3; " +
        "n2 waits for n3, which is down (n1 leader in term 3, commit 0; " +
        "n2 follower of n3 in term 2, commit 4; n3 is down)",
    ]);
  });

  it("is rejected at the end of a run without an event after its time, and not before", () => {
    const cluster = clusterUnder([leaderIsElected("LEADER", { by: seconds(2) })]);
    expect(cluster.event(ms(1))).toEqual([]);
    expect(cluster.end(seconds(2) - 1)).toEqual([]);
    expect(cluster.end(seconds(2))).toEqual([
      "LEADER: not by 2 s: n1 waits for a leader in term 0; n2 waits for a leader in term 0; " +
        "n3 waits for a leader in term 0 (n1 follower of nobody in term 0, commit 0; " +
        "n2 follower of nobody in term 0, commit 0; n3 follower of nobody in term 0, commit 0)",
    ]);
  });

  it("asks for no leader before its time", () => {
    const cluster = clusterUnder([invariant()]);
    elect(cluster, "n1", 1, ["n2"]);
    expect(cluster.event(seconds(1) - 1)).toEqual([]);
    cluster.node("n1").role = "follower";
    expect(cluster.event(seconds(3))).toHaveLength(1);
  });

  it("may ask for a certain one", () => {
    const other = leaderIsElected("OTHER", { by: seconds(2) }, ({ id }) => id !== "n1");
    const cluster = clusterUnder([other]);
    elect(cluster, "n1", 1, ["n2"]);
    expect(cluster.event(seconds(1))).toEqual([]);
    expect(cluster.event(seconds(3))).toHaveLength(1);
  });
});

describe("that a leader is replaced", () => {
  const cluster = () => {
    const made = clusterUnder([leaderIsReplaced("REPLACED", { within: seconds(5) })]);
    elect(made, "n1", 1, ["n2", "n3"]);
    expect(made.event(seconds(1))).toEqual([]);
    return made;
  };
  const kill = (made: Cluster, id: string, at: number) => {
    made.host(id).node = undefined;
    return made.event(at, { kind: "fault begins" });
  };

  it("is accepted when each time another one leads in time", () => {
    const made = cluster();
    expect(kill(made, "n1", seconds(2))).toEqual([]);
    elect(made, "n2", 2, []);
    expect(made.event(seconds(7))).toEqual([]);
    expect(kill(made, "n3", seconds(8))).toEqual([]);
    expect(made.end(seconds(20))).toEqual([]);
  });

  it("is rejected when nobody leads five seconds after the second time", () => {
    const made = cluster();
    kill(made, "n1", seconds(2));
    elect(made, "n2", 2, []);
    made.event(seconds(3));
    kill(made, "n2", seconds(4));
    expect(made.end(seconds(9) - 1)).toEqual([]);
    expect(made.end(seconds(9))).toEqual([
      "REPLACED: what began at 4 s was not answered within 5 s: n3 waits for n1, which is down " +
        "(n1 is down; n2 is down; n3 follower of n1 in term 1, commit 0)",
    ]);
  });
});

describe("that everyone agrees", () => {
  function agreed(): Cluster {
    const cluster = clusterUnder([everyoneAgrees("AGREE", { by: seconds(2) })]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    for (const id of ["n1", "n2", "n3"]) Object.assign(cluster.node(id), { commit: 4, applied: 4 });
    return cluster;
  }

  it("is accepted when all follow one leader and have applied what it has committed", () => {
    const cluster = agreed();
    cluster.event(seconds(1));
    expect(cluster.event(seconds(3))).toEqual([]);
  });

  it("does not ask those that are down", () => {
    const cluster = agreed();
    cluster.host("n3").node = undefined;
    cluster.event(seconds(1));
    expect(cluster.event(seconds(3))).toEqual([]);
  });

  it.each([
    ["follows another", { leader: "n2" }, "n3 waits for n2, which is follower in term 1 (n1 "],
    ["is of another term", { term: 2 }, "n3 waits for n1, which is leader in term 1 (n1 "],
    ["has committed less", { commit: 3 }, "n3 waits for n1 to send what is committed up to 4 (n1 "],
    ["has applied less", { applied: 3 }, "n3 has applied 3 of 4 (n1 "],
    ["stands for election", { role: "candidate", term: 2 }, "n3 waits for votes in term 2 (n1 "],
    ["knows of no leader", { leader: undefined }, "n3 waits for a leader in term 1 (n1 "],
  ])("is rejected when one %s, with what it waits for", (_, change, reason) => {
    const cluster = agreed();
    Object.assign(cluster.node("n3"), change);
    cluster.event(seconds(1));
    const [said = ""] = cluster.event(seconds(3));
    expect(said).toContain(`AGREE: not by 2 s: ${reason}`);
  });

  it("names the links on which nothing passes", () => {
    const cluster = agreed();
    cluster.node("n3").commit = 3;
    cluster.cut("n1", "n3");
    cluster.event(seconds(1));
    const [said = ""] = cluster.event(seconds(3));
    expect(said).toContain("up to 4; no message passes n1 -> n3 (n1 ");
  });

  it("asks the core alone when there is one", () => {
    const agree = everyoneAgrees("AGREE", { by: seconds(2) }, ["n1", "n2"]);
    const cluster = clusterUnder([agree]);
    elect(cluster, "n1", 1, ["n2"]);
    cluster.event(seconds(1));
    expect(cluster.event(seconds(3))).toEqual([]);
    const other = clusterUnder([everyoneAgrees("AGREE", { by: seconds(2) }, ["n1", "n3"])]);
    elect(other, "n1", 1, ["n2"]);
    other.event(seconds(1));
    expect(other.event(seconds(3))).toEqual([
      expect.stringMatching(/^AGREE: not by 2 s: n3 waits for a leader in term 0 \(n1 /),
    ]);
  });

  it("is rejected when nobody leads", () => {
    const cluster = agreed();
    cluster.host("n1").node = undefined;
    cluster.event(seconds(1));
    expect(cluster.event(seconds(3))).toHaveLength(1);
  });
});

describe("that operations return", () => {
  const operations = ["c1", "c1", "c2"].map((client, i) => ({
    at: 0,
    client,
    operation: { id: `${client}.${i}` },
  }));

  function invoked(faults: readonly Fault[] = []): Cluster {
    const plan = { operations, faults };
    const cluster = clusterUnder([operationsReturn("RETURN", { by: seconds(2) }, plan)]);
    for (const { client, operation } of operations) cluster.invoke(operation.id, 0, {}, client);
    return cluster;
  }

  it("is accepted when each has an outcome, good or bad", () => {
    const cluster = invoked();
    cluster.return("c1.0", ms(1), "ok", "c1");
    cluster.return("c1.1", ms(1), "info", "c1");
    cluster.return("c2.2", ms(1), "fail", "c2");
    expect(cluster.event(seconds(1))).toEqual([]);
    expect(cluster.event(seconds(3))).toEqual([]);
  });

  it("is rejected with the number and the names of those that are open", () => {
    const cluster = invoked();
    cluster.return("c1.0", ms(1), "ok", "c1");
    expect(cluster.event(seconds(3))).toEqual([
      "RETURN: not by 2 s: 2 of 3 operations have no outcome, among them c1.1, c2.2",
    ]);
  });

  it.each(["crash", "stop"] as const)("does not ask a client that a %s takes down", (kind) => {
    const cluster = invoked([{ kind, at: 0, lasting: 1, hosts: ["c1"] }]);
    expect(cluster.event(seconds(1))).toEqual([]);
    cluster.return("c2.2", seconds(2), "ok", "c2");
    expect(cluster.event(seconds(2))).toEqual([]);
    expect(cluster.event(seconds(3))).toEqual([]);
  });

  it("does not take another client's answers for those that it awaits", () => {
    const cluster = invoked([{ kind: "crash", at: 0, lasting: 1, hosts: ["c1"] }]);
    cluster.return("c1.0", ms(1), "ok", "c1");
    expect(cluster.event(seconds(3))).toEqual([
      "RETURN: not by 2 s: 1 of 1 operations have no outcome, among them c2.2",
    ]);
  });
});

describe("that a leader stays", () => {
  function led(): Cluster {
    const span = { from: seconds(1), until: seconds(2) };
    const cluster = clusterUnder([leaderStays("STAY", span)]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    return cluster;
  }

  it("is accepted while one leads, whatever was before and comes after", () => {
    const cluster = led();
    elect(cluster, "n3", 1, ["n2"]);
    expect(cluster.event(ms(900))).toEqual([]);
    elect(cluster, "n1", 2, ["n2", "n3"]);
    expect(cluster.event(seconds(1))).toEqual([]);
    expect(cluster.event(seconds(2))).toEqual([]);
    elect(cluster, "n2", 3, ["n1", "n3"]);
    expect(cluster.event(seconds(2) + 1)).toEqual([]);
  });

  it("is asked from when the leader knows that just the named voters decide", () => {
    const span = { from: seconds(1), until: seconds(5), voters: ["n1", "n2"] };
    const cluster = clusterUnder([leaderStays("STAY", span)]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    expect(cluster.event(seconds(1))).toEqual([]);
    elect(cluster, "n2", 2, ["n1", "n3"]);
    cluster.node("n2").configuration = { voters: ["n2", "n1"], outgoing: ["n1", "n2", "n3"] };
    expect(cluster.event(seconds(2))).toEqual([]);
    elect(cluster, "n1", 3, ["n2"]);
    cluster.node("n1").configuration = { voters: ["n2", "n1"], outgoing: [] };
    expect(cluster.event(seconds(3))).toEqual([]);
    elect(cluster, "n2", 4, ["n1", "n3"]);
    expect(cluster.event(seconds(4))).toEqual([
      "STAY: n1 led in term 3, and not now (n1 follower of n2 in term 4, commit 0; " +
        "n2 leader in term 4, commit 0; n3 follower of n2 in term 4, commit 0)",
    ]);
  });

  it("is rejected when another takes over", () => {
    const cluster = led();
    cluster.event(seconds(1));
    elect(cluster, "n2", 2, ["n1", "n3"]);
    expect(cluster.event(seconds(2))).toEqual([
      "STAY: n1 led in term 1, and not now (n1 follower of n2 in term 2, commit 0; " +
        "n2 leader in term 2, commit 0; n3 follower of n2 in term 2, commit 0)",
    ]);
  });

  it("is rejected when the same one leads in a new term", () => {
    const cluster = led();
    cluster.event(seconds(1));
    elect(cluster, "n1", 2, ["n2", "n3"]);
    expect(cluster.event(seconds(2))).toHaveLength(1);
  });

  it("is rejected when nobody leads to begin with", () => {
    const cluster = led();
    cluster.host("n1").node = undefined;
    expect(cluster.event(seconds(1))).toEqual([
      expect.stringMatching(/^STAY: nobody led, and not now \(n1 is down; n2 follower of n1 /),
    ]);
  });
});

describe("that writes resume", () => {
  function led(): Cluster {
    const cluster = clusterUnder([writesResume("RESUME", { from: seconds(1), within: ms(500) })]);
    elect(cluster, "n1", 1, ["n2"]);
    cluster.invoke("a", 0);
    return cluster;
  }

  it("is accepted when an operation is acknowledged in time", () => {
    const cluster = led();
    cluster.event(seconds(1));
    cluster.return("a", ms(1_400));
    expect(cluster.event(ms(1_500))).toEqual([]);
    expect(cluster.event(seconds(9))).toEqual([]);
  });

  it("is rejected when none is", () => {
    const cluster = led();
    cluster.event(seconds(1));
    expect(cluster.event(ms(1_500))).toEqual([]);
    expect(cluster.event(ms(1_500) + 1)).toEqual([
      "RESUME: no write for 500 ms after the election",
    ]);
  });

  it("does not count one from before the election, nor one whose outcome is unknown", () => {
    const cluster = led();
    cluster.return("a", ms(900));
    cluster.invoke("b", ms(950));
    cluster.event(seconds(1));
    cluster.return("b", ms(1_100), "info");
    cluster.invoke("c", ms(1_100));
    expect(cluster.event(ms(1_600))).toEqual([]);
    expect(cluster.event(ms(1_600) + 1)).toHaveLength(1);
  });

  it("asks for no write that nobody waits for", () => {
    const cluster = led();
    cluster.return("a", ms(900));
    cluster.event(seconds(1));
    expect(cluster.event(seconds(9))).toEqual([]);
  });

  it("begins to count anew when the leader is lost", () => {
    const cluster = led();
    cluster.event(seconds(1));
    cluster.node("n1").role = "follower";
    expect(cluster.event(ms(1_400))).toEqual([]);
    cluster.node("n1").role = "leader";
    expect(cluster.event(ms(1_600))).toEqual([]);
    expect(cluster.event(ms(2_100))).toEqual([]);
    expect(cluster.event(ms(2_101))).toHaveLength(1);
  });
});

describe("that something is acknowledged in a span", () => {
  it.each([
    [ms(999), "ok", false],
    [ms(1_000), "ok", true],
    [ms(2_000), "ok", true],
    [ms(2_001), "ok", false],
    [ms(1_500), "info", false],
  ] as const)("with an answer at %d µs that is %s: %s", (at, outcome, isAccepted) => {
    const cluster = clusterUnder([acknowledgesIn("ACKS", { from: ms(1_000), until: ms(2_000) })]);
    cluster.invoke("a", 0);
    cluster.return("a", at, outcome);
    expect(cluster.end(seconds(5))).toEqual(
      isAccepted ? [] : ["ACKS: nothing is acknowledged while there is a majority"],
    );
  });
});

describe("that something is acknowledged all the time", () => {
  const span = { from: ms(1_000), until: ms(2_000) };
  const waits = (times: readonly number[], outcome: "ok" | "info" = "ok"): Cluster => {
    const cluster = clusterUnder([acknowledgesSteadily("STEADY", span, ms(400))]);
    times.forEach((at, i) => {
      cluster.invoke(`${i}`, 0);
      cluster.return(`${i}`, ms(at), outcome);
    });
    return cluster;
  };

  it("is accepted when no wait is longer, and measures the longest", () => {
    const cluster = waits([1_400, 1_600, 1_900]);
    expect(cluster.end(seconds(5))).toEqual([]);
    expect(cluster.metrics.gauged("STEADY, longest wait, ms")).toBe(400);
  });

  it.each([
    ["at the beginning", [900, 1_401, 1_700, 1_900], "401 ms"],
    ["in between", [1_300, 1_701, 1_900], "401 ms"],
    ["at the end", [1_300, 1_599, 2_001], "401 ms"],
    ["all along", [], "1 s"],
  ] as const)("is rejected when nothing is %s", (_, times, longest) => {
    expect(waits(times).end(seconds(5))).toEqual([
      `STEADY: nothing is acknowledged for ${longest}, expected 400 ms at most`,
    ]);
  });

  it("does not count what is unknown", () => {
    expect(waits([1_300, 1_600, 1_900], "info").end(seconds(5))).toHaveLength(1);
  });
});
