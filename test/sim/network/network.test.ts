import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DELIVER, NETWORK } from "../../../src/sim/event.ts";
import { Metrics } from "../../../src/sim/metrics.ts";
import type { Cut } from "../../../src/sim/network/cut.ts";
import { type DropReason, Network } from "../../../src/sim/network/network.ts";
import {
  defaultNetworkOptions,
  type NetworkOptions,
} from "../../../src/sim/network/network-options.ts";
import { plainWire } from "../../../src/sim/network/wire.ts";
import { NONE, Scheduler } from "../../../src/sim/queue/scheduler.ts";
import { constant, uniform } from "../../../src/sim/random/distribution.ts";

const [N1, N2, N3] = [0, 1, 2];
const HOSTS = ["n1", "n2", "n3"];

interface Wire {
  readonly scheduler: Scheduler;
  readonly network: Network;
}

interface Arrival {
  readonly from: number;
  readonly to: number;
  readonly message: unknown;
  readonly at: number;
}

function wire(options: Partial<NetworkOptions> = {}, hosts = HOSTS): Wire {
  const scheduler = new Scheduler();
  const all = { ...defaultNetworkOptions, ...options };
  return {
    scheduler,
    network: new Network(scheduler, hosts, {
      ...{ seed: "1", options: all, wire: plainWire, metrics: new Metrics() },
      ...{ deliverKind: DELIVER, releaseKind: NETWORK },
    }),
  };
}

/** Everything that arrives from now on, or up to a time. */
function arrivals({ scheduler, network }: Wire, until = Number.MAX_SAFE_INTEGER): Arrival[] {
  const found: Arrival[] = [];
  for (let slot = scheduler.pop(until); slot !== NONE; slot = scheduler.pop(until)) {
    const [from, to] = [scheduler.from[slot]!, scheduler.host[slot]!];
    const [message, sequence] = [scheduler.payload[slot], scheduler.sequence[slot]!];
    scheduler.free(slot);
    if (network.cuts.isSevered(from, to, sequence, message)) continue;
    found.push({ from, to, message, at: scheduler.now });
  }
  return found;
}

const silent = { onHold: () => {}, onRelease: () => {}, onTurn: () => {} };

function sendMany({ network }: Wire, count: number, from = N1, to = N2): void {
  for (let i = 0; i < count; i++) network.send(from, to, i);
}

const messagesOf = (found: readonly Arrival[]): unknown[] => found.map(({ message }) => message);

describe("latency", () => {
  it("keeps to its bounds, both included", () => {
    const bounds = fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000));
    const property = fc.property(bounds, ([min, more]) => {
      const link = wire({ latency: uniform(min, min + more) });
      sendMany(link, 20);
      const found = arrivals(link);
      expect(found.length).toBe(20);
      expect(found.filter(({ at }) => at < min || at > min + more)).toEqual([]);
    });
    fc.assert(property);
  });

  it("takes every value of its span", () => {
    const link = wire({ latency: uniform(5, 8) });
    sendMany(link, 1_000);
    expect(new Set(arrivals(link).map(({ at }) => at))).toEqual(new Set([5, 6, 7, 8]));
  });

  it("lets messages overtake each other when it varies, and not when it is fixed", () => {
    const varied = wire({ latency: uniform(1, 1_000) });
    const fixed = wire({ latency: constant(500) });
    sendMany(varied, 100);
    sendMany(fixed, 100);
    const inOrder = Array.from({ length: 100 }, (_, i) => i);
    expect(messagesOf(arrivals(varied))).not.toEqual(inOrder);
    expect(messagesOf(arrivals(fixed))).toEqual(inOrder);
  });

  it("is a link's own where the options say so, in that direction only", () => {
    const { links: _, ...options } = defaultNetworkOptions;
    const slow = { ...options, from: "n1", to: "n2", latency: constant(900) };
    const link = wire({ latency: constant(5), links: [slow] });
    link.network.send(N1, N2, "slow");
    link.network.send(N2, N1, "back");
    link.network.send(N1, N3, "elsewhere");
    const times = arrivals(link).map(({ message, at }) => [message, at]);
    expect(times).toEqual([
      ["back", 5],
      ["elsewhere", 5],
      ["slow", 900],
    ]);
  });
});

describe("loss", () => {
  it.each([
    [0, 1_000],
    [1, 0],
  ])("with probability %d lets %d of 1,000 messages through", (loss, count) => {
    const link = wire({ loss });
    sendMany(link, 1_000);
    expect(arrivals(link).length).toBe(count);
    expect(link.network.state.lost).toBe(1_000 - count);
  });

  it("takes its share, and counts it", () => {
    const link = wire({ loss: 0.2 });
    sendMany(link, 10_000);
    const { lost } = link.network.state;
    // 2,000 expected, with a standard deviation of 40.
    expect(lost).toBeGreaterThan(1_800);
    expect(lost).toBeLessThan(2_200);
    expect(arrivals(link).length).toBe(10_000 - lost);
  });

  it("tells the observer which message it was", () => {
    const link = wire({ loss: 1 });
    const told: unknown[] = [];
    link.network.observer = { ...silent, onDrop: (...drop) => told.push(drop) };
    link.network.send(N2, N3, "gone");
    expect(told).toEqual([[N2, N3, "gone", "loss" satisfies DropReason]]);
  });
});

describe("duplication", () => {
  it.each([
    [0, 1_000],
    [1, 2_000],
  ])("with probability %d makes %d arrivals of 1,000 messages", (duplication, count) => {
    const link = wire({ duplication });
    sendMany(link, 1_000);
    expect(arrivals(link).length).toBe(count);
    expect(link.network.state.duplicated).toBe(count - 1_000);
  });

  it("takes its share, and counts it", () => {
    const link = wire({ duplication: 0.2 });
    sendMany(link, 10_000);
    const { duplicated } = link.network.state;
    // 2,000 expected, with a standard deviation of 40.
    expect(duplicated).toBeGreaterThan(1_800);
    expect(duplicated).toBeLessThan(2_200);
    expect(arrivals(link).length).toBe(10_000 + duplicated);
  });

  it("gives the copy a latency of its own", () => {
    const link = wire({ duplication: 1, latency: uniform(1, 1_000) });
    sendMany(link, 100);
    const found = arrivals(link);
    const times = new Set(found.map(({ message, at }) => `${message} at ${at}`));
    expect(found.length).toBe(200);
    // Two independent latencies of 1,000 possible ones are the same once in 1,000 pairs.
    expect(times.size).toBeGreaterThan(190);
  });

  it("does not bring back what was lost", () => {
    const link = wire({ duplication: 1, loss: 1 });
    sendMany(link, 100);
    expect(arrivals(link)).toEqual([]);
  });
});

const firstLinkCut: Cut = {
  ...{ links: [[N1, N2]], inFlight: "deliver", isClog: false, types: [], turns: undefined },
};

describe("the noise of a message", () => {
  const noisy = { latency: uniform(1, 1_000), loss: 0.3, duplication: 0.3 };
  const onFirstLink = (found: readonly Arrival[]): Arrival[] =>
    found.filter(({ from, to }) => from === N1 && to === N2);

  it("does not depend on other links", () => {
    const others = fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { maxLength: 30 });
    const property = fc.property(others, (crowd) => {
      const [alone, crowded] = [wire(noisy), wire(noisy)];
      sendMany(alone, 20);
      const elsewhere = crowd.filter(([from, to]) => from !== N1 || to !== N2);
      for (const [from, to] of elsewhere) crowded.network.send(from, to, "other");
      sendMany(crowded, 20);
      expect(onFirstLink(arrivals(crowded))).toEqual(arrivals(alone));
    });
    fc.assert(property);
  });

  it("does not depend on messages of its link that a cut has stopped", () => {
    const property = fc.property(fc.nat(19), fc.nat(19), (one, other) => {
      const [from, to] = [Math.min(one, other), Math.max(one, other)];
      const [open, cut] = [wire(noisy), wire(noisy)];
      sendMany(open, 20);
      for (let i = 0; i < 20; i++) {
        if (i === from) cut.network.cuts.begin(firstLinkCut);
        if (i === to) cut.network.cuts.end(0);
        cut.network.send(N1, N2, i);
      }
      const isStopped = ({ message }: Arrival) => Number(message) >= from && Number(message) < to;
      expect(arrivals(cut)).toEqual(arrivals(open).filter((arrival) => !isStopped(arrival)));
    });
    fc.assert(property);
  });

  it("does not depend on hosts that a plan leaves out", () => {
    const [three, two] = [wire(noisy), wire(noisy, ["n1", "n3"])];
    sendMany(three, 20, N1, N3);
    sendMany(two, 20, 0, 1);
    const timesOf = (found: readonly Arrival[]) => found.map(({ message, at }) => [message, at]);
    expect(timesOf(arrivals(two))).toEqual(timesOf(arrivals(three)));
  });

  it("differs between the directions of a link", () => {
    const link = wire(noisy);
    sendMany(link, 20, N1, N2);
    sendMany(link, 20, N2, N1);
    const timesFrom = (found: readonly Arrival[], host: number) =>
      found.filter(({ from }) => from === host).map(({ message, at }) => [message, at]);
    const found = arrivals(link);
    expect(timesFrom(found, N1)).not.toEqual(timesFrom(found, N2));
  });
});

it("goes on from the state of another network as if it had never stopped", () => {
  const options = { latency: uniform(1, 1_000), loss: 0.3, duplication: 0.3 };
  const [first, rest] = [wire(options), wire(options)];
  sendMany(first, 50);
  arrivals(first);
  rest.network.restore(structuredClone(first.network.state));
  rest.scheduler.advance(first.scheduler.now);
  sendMany(first, 50);
  sendMany(rest, 50);
  expect(arrivals(rest)).toEqual(arrivals(first));
  expect(rest.network.state).toEqual(first.network.state);
});
