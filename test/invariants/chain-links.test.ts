import { describe, expect, it } from "vitest";
import {
  healthIsSaid,
  lineCarries,
  lossesAre,
  type RoundTrips,
  roundTripsTake,
} from "../../src/invariants/chain-links.ts";
import { leastShare } from "../../src/invariants/deviation.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { HandMadeChain } from "../support/hand-made-chain.ts";

/** One operation that has told this in the end. */
function told(invariant: Invariant, result: Plain): string[] {
  const world = new HandMadeChain(invariant);
  world.invoke("op", 1_000);
  world.history.record("c1", "ok", { id: "op", result }, 2_000);
  return world.end(100_000);
}

/** Nothing that the invariant looks for was done. */
function untold(invariant: Invariant): string[] {
  return new HandMadeChain(invariant).end(100_000);
}

describe("round trips", () => {
  const tripsOf = (expected: Partial<RoundTrips>) =>
    roundTripsTake("RTT", {
      ...{ id: "op", mean: 10_000, errorMax: 0.05, min: 1_000 },
      quantile: (share) => (share === 0.99 ? 20_000 : 30_000),
      ...expected,
    });
  const rtt = tripsOf({ quantile: () => 10_000 });
  const trips = (...took: number[]): string[] => told(rtt, { sent: took.length, took });

  it("take on average what was injected", () => {
    expect([...trips(9_500), ...trips(9_900, 10_100), ...trips(10_000)]).toEqual([]);
  });

  it("take no longer, and no less", () => {
    expect(trips(10_501)).toEqual(["RTT: round trips take 10.501 ms, expected 10 ms"]);
    expect(trips(9_499, 9_498)).toEqual(["RTT: round trips take 9.4985 ms, expected 10 ms"]);
  });

  it("take 99 % of them no longer than 99 % of what can be, and no less", () => {
    const tail = (last: number): string[] => {
      const took = [...Array.from({ length: 98 }, () => 10_000), last, 90_000];
      const judged = tripsOf({
        mean: 10_800,
        quantile: (share) => (share === 0.99 ? 10_000 : 9e9),
      });
      return told(judged, { sent: 100, took });
    };
    expect([...tail(10_000), ...tail(10_500)]).toEqual([]);
    expect(tail(10_501)).toEqual(["RTT: 99 % take 10.501 ms at most, expected 10 ms"]);
    expect(told(tripsOf({}), { sent: 1, took: [10_000] })).toEqual([
      "RTT: 99 % take 10 ms at most, expected 20 ms",
    ]);
  });

  it("take the shortest of them what can be, and what comes to pass", () => {
    const shares: number[] = [];
    const judged = tripsOf({
      min: 9_600,
      quantile: (share) => {
        shares.push(share);
        return share === 0.99 ? 10_000 : 9_800;
      },
    });
    const shortest = (least: number): string[] =>
      told(judged, { sent: 50, took: [least, ...Array.from({ length: 49 }, () => 10_000)] });
    expect([...shortest(9_600), ...shortest(9_800)]).toEqual([]);
    expect(shares).toContain(leastShare(50));
    expect(shortest(9_599)).toEqual(["RTT: the shortest takes 9.599 ms, expected 9.6 ms"]);
    expect(shortest(9_801)).toEqual(["RTT: the shortest takes 9.801 ms, expected 9.8 ms at most"]);
  });

  it("are measured", () => {
    const none = ["RTT: no round trip was measured"];
    expect([...trips(), ...untold(rtt)]).toEqual([...none, ...none]);
  });
});

describe("losses", () => {
  const loss = lossesAre("LOSS", { id: "op", share: 0.25, offMax: 0.125 });
  const answered = (count: number): string[] =>
    told(loss, { sent: 8, took: Array.from({ length: count }, () => 1) });

  it("are what was injected, or what chance makes of it", () => {
    expect([5, 6, 7].flatMap(answered)).toEqual([]);
  });

  it("are no more, and no less", () => {
    expect(answered(4)).toEqual(["LOSS: 4 of 8 probes are lost, expected 2"]);
    expect(answered(8)).toEqual(["LOSS: 0 of 8 probes are lost, expected 2"]);
  });

  it("are none at all where none were injected", () => {
    const none = lossesAre("LOSS", { id: "op", share: 0, offMax: 0 });
    expect(told(none, { sent: 2, took: [1, 1] })).toEqual([]);
    expect(told(none, { sent: 2, took: [1] })).toEqual([
      "LOSS: 1 of 2 probes are lost, expected 0",
    ]);
  });

  it("are measured", () => {
    expect(untold(loss)).toEqual(["LOSS: no loss was measured"]);
  });
});

describe("a line that is kept busy", () => {
  const set = { bytesPerSecond: 1_000_000, errorMax: 0.05, messageBytes: 100 };
  const line = lineCarries("THROUGHPUT", { id: "op", ...set });
  // Ten messages behind the first one.
  const carries = (took: number): string[] => told(line, { sent: 11, answered: 11, took });

  it("carries what it is set to", () => {
    expect([...carries(1_000), ...carries(1_052), ...carries(953)]).toEqual([]);
  });

  it("carries no more, and no less", () => {
    expect(carries(800)).toEqual([
      "THROUGHPUT: the line carries 1.25 bytes in a microsecond, expected 1",
    ]);
    expect(carries(2_000)).toEqual([
      "THROUGHPUT: the line carries 0.5 bytes in a microsecond, expected 1",
    ]);
  });

  it("is measured", () => {
    const none = ["THROUGHPUT: no throughput was measured"];
    expect([...carries(0), ...untold(line)]).toEqual([...none, ...none]);
  });
});

describe("a node that hears too few", () => {
  const said = (result: Plain): string[] =>
    told(healthIsSaid("HEALTH", { ids: "op", isPartitioned: true }), result);

  it("says so", () => {
    expect(said({ isPartitioned: true })).toEqual([]);
    expect(said({ isPartitioned: false })).toEqual(['HEALTH: op: {"isPartitioned":false}']);
  });
});
