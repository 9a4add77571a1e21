import { describe, expect, it } from "vitest";
import type { Plain } from "../../../src/sim/env.ts";
import type { Fault } from "../../../src/sim/fault.ts";
import type { GivenNetwork } from "../../../src/sim/network/network-options.ts";
import { plainWire } from "../../../src/sim/network/wire.ts";
import { constant, logNormal, uniform } from "../../../src/sim/random/distribution.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { type Flow, flow, HOSTS, heardAt, numbers } from "../../support/flow.ts";

const GAP = 1_000;
const everybody: Flow["links"] = { n1: HOSTS, n2: HOSTS, n3: HOSTS };

function finished(given: Flow) {
  const simulation = flow(given);
  simulation.run(Number.MAX_SAFE_INTEGER);
  return simulation;
}

describe("base latency", () => {
  const network = { latency: constant(7), base: uniform(ms(1), ms(80)) };
  const times = (given: GivenNetwork) => {
    const run = finished({ network: given, links: everybody, count: 20, gap: seconds(1) });
    return new Map(
      HOSTS.flatMap((to) =>
        HOSTS.map((from) => {
          const found = heardAt(run, to).filter((arrival) => arrival.from === from);
          return [from + to, [...new Set(found.map(({ at }) => (at - 7) % seconds(1)))]];
        }),
      ),
    );
  };

  it("is the same for every message of a pair, both ways, and none to oneself", () => {
    const found = times(network);
    expect(found.get("n1n2")!.length).toBe(1);
    expect(found.get("n2n1")).toEqual(found.get("n1n2"));
    expect(found.get("n3n1")).toEqual(found.get("n1n3"));
    expect(found.get("n1n3")).not.toEqual(found.get("n1n2"));
    expect(found.get("n1n2")![0]).toBeGreaterThanOrEqual(ms(1));
    expect(found.get("n1n2")![0]).toBeLessThanOrEqual(ms(80));
    expect(found.get("n1n1")).toEqual([0]);
  });

  it("may be a link's own", () => {
    const own = { from: "n2", to: "n1", base: constant(ms(500)) };
    const found = times({ ...network, links: [own] });
    expect(found.get("n2n1")).toEqual([ms(500)]);
    expect(found.get("n1n2")).toEqual(times(network).get("n1n2"));
  });
});

describe("weather of the whole run", () => {
  const all: GivenNetwork = {
    ...{ loss: 0.1, duplication: 0.1, latency: logNormal({ median: ms(1), sigma: 0.8 }) },
    burstLoss: { enter: 0.1, leave: 0.3, loss: 1 },
    reorder: { probability: 0.1, window: 3, holdMax: ms(10) },
    corruption: { probability: 0.1, of: "fields" },
    bandwidth: [{ bytesPerSecond: 50_000, queueBytes: 100, per: "uplink" }],
    bytesMax: 40,
  };
  const make = (n: number): Plain => ({ n, text: "x".repeat(n % 30) });
  const bit = { offered: 1, injected: 1, effective: 1 };

  it("stands in the account of faults, each kind once", () => {
    const { faults } = finished({ network: all, make, links: { n1: ["n2", "n3"] } });
    expect(Object.fromEntries(faults)).toEqual({
      ...{ "network loss": bit, "network duplication": bit, "network burst loss": bit },
      ...{ "network reordering": bit, "network corruption": bit, "network bandwidth": bit },
      "network size limit": bit,
    });
  });

  it("is offered where it is switched on, injected when a message came under it", () => {
    const links = [{ from: "n3", to: "n1", ...all }];
    const idle = finished({ network: { links } }).faults;
    expect(idle.size).toBe(7);
    expect([...idle.values()]).toEqual(
      Array.from({ length: 7 }, () => ({ offered: 1, injected: 0, effective: 0 })),
    );
    const harmless = finished({ network: { bytesMax: 1_000_000 } }).faults;
    expect(Object.fromEntries(harmless)).toEqual({
      "network size limit": { offered: 1, injected: 1, effective: 0 },
    });
    expect(finished({}).faults.size).toBe(0);
  });

  it("goes on from a snapshot as if the run had never stopped", () => {
    const given: Flow = { network: all, make, links: everybody, count: 50 };
    const whole = finished(given);
    const first = flow(given);
    for (let i = 0; i < 200; i++) first.step();
    const rest = flow(given, first.snapshot());
    rest.run(Number.MAX_SAFE_INTEGER);
    expect(rest.fingerprint).toBe(whole.fingerprint);
    expect(rest.faults).toEqual(whole.faults);
  });

  it("lets a host's links share its uplink, also those with options of their own", () => {
    const bandwidth = [{ bytesPerSecond: 10_000, queueBytes: 10_000, per: "uplink" as const }];
    const links = [{ from: "n1", to: "n3", latency: constant(5) }];
    const run = finished({ network: { bandwidth, links }, links: { n1: ["n2", "n3"] }, count: 1 });
    const size = plainWire.sizeOf({ type: "data", n: 0 });
    const each = (size * 1_000_000) / 10_000;
    expect(heardAt(run, "n2").map(({ at }) => at)).toEqual([GAP + each + 100]);
    expect(heardAt(run, "n3").map(({ at }) => at)).toEqual([GAP + 2 * each + 5]);
  });

  it("loses by its own draws what it loses also beside a fault", () => {
    const network = { loss: 0.3, duplication: 0.3, latency: uniform(1, 900) };
    const added: Fault = {
      ...{ kind: "latency", from: ["n1"], to: ["n2"], bothWays: false, types: [] },
      ...{ at: 0, lasting: seconds(100), added: constant(0) },
    };
    const heard = (given: Flow) => numbers(heardAt(finished(given), "n2"));
    // A fault that adds nothing takes every message through all that a fault may do.
    expect(heard({ network, faults: [added] })).toEqual(heard({ network }));
  });
});
