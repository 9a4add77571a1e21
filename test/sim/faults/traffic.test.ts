import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plain } from "../../../src/sim/env.ts";
import { checkFault, describeFault, type Fault, type InFlight } from "../../../src/sim/fault.ts";
import { oneWay } from "../../../src/sim/faults/cuts-by-hand.ts";
import type { TrafficFault } from "../../../src/sim/faults/traffic.ts";
import { plainWire, type Wire } from "../../../src/sim/network/wire.ts";
import { constant, exponential, uniform } from "../../../src/sim/random/distribution.ts";
import { faultNames } from "../../../src/sim/targets.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { arrivals, type Flow, flow, HOSTS, heardAt, numbers } from "../../support/flow.ts";

const MANY = 100_000;
const GAP = 1_000;

const scope = { from: ["n1"], to: ["n2"], bothWays: false, types: [] };
const whole = { at: 0, lasting: 1_000_000_000 };

/** What scope a fault has. */
type TrafficScope = Pick<TrafficFault, keyof typeof scope>;
type Own<Kind extends TrafficFault["kind"]> = Omit<
  Extract<TrafficFault, { kind: Kind }>,
  "kind" | keyof typeof scope
>;

const latency = (own: Own<"latency">): Extract<Fault, { kind: "latency" }> => ({
  ...{ kind: "latency", ...scope, ...whole, ...own },
});
const loss = (probability: number): Extract<Fault, { kind: "loss" }> => ({
  ...{ kind: "loss", ...scope, ...whole, probability },
});
const burstLoss = (own: Own<"burstLoss">): Fault => ({
  ...{ kind: "burstLoss", ...scope, ...whole, ...own },
});
const duplication = (probability: number): Extract<Fault, { kind: "duplication" }> => ({
  ...{ kind: "duplication", ...scope, ...whole, probability },
});
const reorder = (own: Own<"reorder">): Fault => ({ kind: "reorder", ...scope, ...whole, ...own });
const corruption = (own: Own<"corruption">): Fault => ({
  ...{ kind: "corruption", ...scope, ...whole, ...own },
});
const bandwidth = (own: Own<"bandwidth">): Fault => ({
  ...{ kind: "bandwidth", ...scope, ...whole, ...own },
});
const sizeLimit = (bytesMax: number): Fault => ({
  ...{ kind: "sizeLimit", ...scope, ...whole, bytesMax },
});

/** What became of the faults of one kind. */
function account(kind: Fault["kind"], given: Flow) {
  const simulation = flow(given);
  simulation.run(Number.MAX_SAFE_INTEGER);
  return simulation.faults.get(kind);
}

const bit = { offered: 1, injected: 1, effective: 1 };
const couldNotBite = { offered: 1, injected: 1, effective: 0 };
/** Messages from n2 to n1, which a fault on n1 to n2 must leave alone. */
const elsewhere: Flow = { links: { n2: ["n1"] }, count: 100 };

describe("latency", () => {
  it("adds its distribution to the time under way", () => {
    const found = arrivals({ faults: [latency({ added: uniform(ms(2), ms(6)) })] });
    const times = found.map(({ at, message }) => at - ((message as { n: number }).n + 1) * GAP);
    expect(found.length).toBe(1_000);
    expect(times.filter((time) => time < 2_100 || time > 6_100)).toEqual([]);
    expect(Math.max(...times) - Math.min(...times)).toBeGreaterThan(3_900);
  });

  it("of both ways makes the round trip of probes as long as it says", () => {
    const added = exponential({ mean: ms(20), max: seconds(1) });
    const faults = [{ ...latency({ added }), bothWays: true }];
    const there = flow({ faults, count: 20_000, links: { n1: ["n2"], n2: ["n1"] } });
    there.run(seconds(30));
    const mean = (id: string): number => {
      const times = heardAt(there, id).map(
        ({ at, message }) => at - ((message as { n: number }).n + 1) * GAP,
      );
      return times.reduce((sum, time) => sum + time, 0) / times.length;
    };
    const roundTrip = mean("n1") + mean("n2");
    expect(roundTrip / (2 * (100 + ms(20)))).toBeGreaterThan(0.95);
    expect(roundTrip / (2 * (100 + ms(20)))).toBeLessThan(1.05);
  });

  it("adds up with others, for copies too, each drawn for itself", () => {
    const faults = [latency({ added: constant(300) }), latency({ added: constant(40) })];
    const found = arrivals({ faults, count: 3, network: { duplication: 1 } });
    expect(found.map(({ at }) => at)).toEqual([1_440, 1_440, 2_440, 2_440, 3_440, 3_440]);
    const copies = arrivals({
      faults: [latency({ added: uniform(0, 100_000) })],
      ...{ count: 100, gap: 1_000_000, network: { duplication: 1 } },
    });
    expect(new Set(copies.map(({ at }) => at)).size).toBeGreaterThan(190);
  });

  it("has bitten when it made a message later", () => {
    const added = latency({ added: constant(1) });
    expect(account("latency", { faults: [added] })).toEqual(bit);
    expect(account("latency", { ...elsewhere, faults: [added] })).toEqual(couldNotBite);
    const none = latency({ added: constant(0) });
    expect(account("latency", { faults: [none] })).toEqual(couldNotBite);
  });
});

describe("loss", () => {
  it.each([0.01, 0.3, 0.95])("of %d loses that share of the messages", (probability) => {
    const found = arrivals({ faults: [loss(probability)], count: MANY });
    expect(Math.abs(1 - found.length / MANY - probability)).toBeLessThan(0.01);
  });

  it("acts beside others, also of the same time, each for itself", () => {
    const faults = [loss(0.5), loss(0.5)];
    const found = arrivals({ faults, network: { loss: 0.2 }, count: MANY });
    expect(Math.abs(found.length / MANY - 0.25 * 0.8)).toBeLessThan(0.01);
  });

  it("has bitten when it lost a message that would have gone on", () => {
    expect(account("loss", { faults: [loss(0.1)] })).toEqual(bit);
    expect(account("loss", { faults: [loss(1)], ...elsewhere })).toEqual(couldNotBite);
    const lossy = { network: { loss: 1 } };
    expect(account("loss", { faults: [loss(1)], ...lossy })).toEqual(couldNotBite);
  });
});

describe("burstLoss", () => {
  it.each([
    [0.01, 0.2, 1],
    [0.05, 0.1, 0.6],
  ])("with enter %d, leave %d, loss %d loses what the chain says", (enter, leave, share) => {
    const found = arrivals({ faults: [burstLoss({ enter, leave, loss: share })], count: MANY });
    const expected = (share * enter) / (enter + leave);
    expect(Math.abs(1 - found.length / MANY - expected)).toBeLessThan(0.01);
  });

  it("loses messages in a row, for 1 / leave of them on average", () => {
    const faults = [burstLoss({ enter: 0.02, leave: 0.1, loss: 1 })];
    const found = numbers(arrivals({ faults, count: MANY }));
    const gaps = found.slice(1).map((n, i) => n - found[i]! - 1);
    const bursts = gaps.filter((gap) => gap > 0);
    const mean = bursts.reduce((sum, gap) => sum + gap, 0) / bursts.length;
    // Some 1,700 bursts of 10 with a standard deviation of 10: 0.24 for the mean.
    expect(Math.abs(mean - 10)).toBeLessThan(0.8);
  });

  it("loses by draws that are not those of the chain's steps", () => {
    const faults = [burstLoss({ enter: 0.5, leave: 0.5, loss: 0.5 })];
    const found = new Set(numbers(arrivals({ faults, count: 20_000 })));
    const isLost = (n: number): boolean => !found.has(n);
    const pairs = Array.from({ length: 19_999 }, (_, n) => isLost(n) && isLost(n + 1));
    // Bad twice in a row once in four, and lost both times once in four of these.
    const share = pairs.filter((isPair) => isPair).length / pairs.length;
    expect(Math.abs(share - 1 / 16)).toBeLessThan(0.01);
  });

  it("goes on with its chain while something else stops the messages", () => {
    const chain = burstLoss({ enter: 0.1, leave: 0.2, loss: 1 });
    const cut: Fault = {
      ...oneWay(["n1"], ["n2"], { inFlight: "deliver" }),
      ...{ at: 0, lasting: 500 * GAP + 1 },
    };
    const alone = numbers(arrivals({ faults: [chain] }));
    const after = numbers(arrivals({ faults: [cut, chain] }));
    expect(after).toEqual(alone.filter((n) => n >= 500));
    expect(after.length).toBeGreaterThan(250);
  });

  it("has bitten when it lost a message", () => {
    const never = burstLoss({ enter: 0, leave: 1, loss: 1 });
    expect(account("burstLoss", { faults: [burstLoss({ enter: 1, leave: 0, loss: 1 })] })).toEqual(
      bit,
    );
    expect(account("burstLoss", { faults: [never] })).toEqual(couldNotBite);
  });
});

describe("duplication", () => {
  it("makes one more copy of its share, after a latency of its own", () => {
    const network = { latency: uniform(100, 900) };
    const found = arrivals({ faults: [duplication(0.3)], network, count: MANY });
    const copies = found.length - MANY;
    expect(Math.abs(copies / MANY - 0.3)).toBeLessThan(0.01);
    const times = new Map<number, Set<number>>();
    for (const [i, n] of numbers(found).entries()) {
      times.set(n, (times.get(n) ?? new Set()).add(found[i]!.at));
    }
    const apart = [...times.values()].filter(({ size }) => size === 2).length;
    // Two of 801 latencies are the same once in 801 pairs.
    expect(apart).toBeGreaterThan(copies * 0.99);
  });

  it("adds to others, and to what the network duplicates", () => {
    const faults = [duplication(1), duplication(1)];
    expect(arrivals({ faults, network: { duplication: 1 }, count: 10 }).length).toBe(40);
  });

  it("has bitten when it made a copy", () => {
    expect(account("duplication", { faults: [duplication(0.1)] })).toEqual(bit);
    expect(account("duplication", { faults: [duplication(0)] })).toEqual(couldNotBite);
    const lossy = { network: { loss: 1 } };
    expect(account("duplication", { faults: [duplication(1)], ...lossy })).toEqual(couldNotBite);
  });
});

describe("reorder", () => {
  it("holds a message until 1 to `window` later ones have gone, each number as likely", () => {
    const faults = [reorder({ probability: 0.01, window: 3, holdMax: seconds(100) })];
    const order = numbers(arrivals({ faults, count: MANY }));
    expect(new Set(order).size).toBe(MANY);
    const held = order.flatMap((n, i) => {
      const overtook = order.slice(Math.max(0, i - 10), i).filter((other) => other > n).length;
      return overtook > 0 ? [overtook] : [];
    });
    // Of 1,000 held, a third each; two that wait for the same message may cost one place.
    expect(Math.abs(held.length - 1_000)).toBeLessThan(150);
    for (const count of [1, 2, 3]) {
      const share = held.filter((overtook) => overtook === count).length / held.length;
      expect(Math.abs(share - 1 / 3)).toBeLessThan(0.07);
    }
    expect(Math.max(...held)).toBe(3);
  });

  it("lets a message go when its longest time is over, and gives it its usual latency then", () => {
    const faults = [reorder({ probability: 1, window: 5, holdMax: 700 })];
    const found = arrivals({ faults, count: 1, network: { latency: constant(250) } });
    expect(found.map(({ at }) => at)).toEqual([GAP + 700 + 250]);
    expect(account("reorder", { faults, count: 1 })).toEqual(couldNotBite);
  });

  it("lets go what it holds when it ends", () => {
    const fault = reorder({ probability: 1, window: 5, holdMax: seconds(100) });
    const found = arrivals({ faults: [{ ...fault, lasting: 1_500 }], count: 1 });
    expect(found.map(({ at }) => at)).toEqual([1_500 + 100]);
  });

  it("has what it holds in flight, as cuts see it", () => {
    const cut = (inFlight: InFlight, lasting: number): Fault => {
      return { ...oneWay(["n1"], ["n2"], { inFlight }), at: 1_100, lasting };
    };
    const fault = reorder({ probability: 1, window: 5, holdMax: 5_000 });
    const losing = { faults: [fault, cut("lose", 100)], count: 1 };
    expect(arrivals(losing)).toEqual([]);
    expect(account("oneWay", losing)).toEqual(bit);
    const timesWith = (other: Fault): readonly number[] =>
      arrivals({ faults: [fault, other], count: 1 }).map(({ at }) => at);
    // Let go at 6,000, it takes 100.
    expect(timesWith(cut("deliver", 10_000))).toEqual([6_100]);
    expect(timesWith(cut("hold", 100))).toEqual([6_100]);
    expect(timesWith(cut("hold", 10_000))).toEqual([11_200]);
    expect(account("oneWay", { faults: [fault, cut("hold", 10_000)], count: 1 })).toEqual(bit);
    expect(account("oneWay", { faults: [fault, cut("hold", 100)], count: 1 })).toEqual(
      couldNotBite,
    );
  });

  it("has bitten when a later message left before one that it held", () => {
    const fault = reorder({ probability: 0.1, window: 2, holdMax: ms(10) });
    expect(account("reorder", { faults: [fault] })).toEqual(bit);
    expect(account("reorder", { faults: [fault], ...elsewhere })).toEqual(couldNotBite);
  });
});

describe("corruption", () => {
  const make = (n: number): Plain => ({
    ...{ type: "data", n, flag: n % 2 === 0, bytes: Uint8Array.of(n & 0xff, 1, 2) },
    ...{ list: [1, 2, "x"], map: new Map([["k", 7]]), none: undefined },
  });

  it("of bytes never delivers a corrupt message, thanks to the checksum", () => {
    const faults = [corruption({ probability: 0.5, of: "bytes" })];
    const found = arrivals({ faults, make, count: 20_000 });
    expect(Math.abs(found.length / 20_000 - 0.5)).toBeLessThan(0.02);
    const wrong = found.filter(({ message }) => {
      const { n } = message as { n: number };
      return plainWire.encode(message).join() !== plainWire.encode(make(n)).join();
    });
    expect(wrong).toEqual([]);
  });

  it("of bytes delivers rubbish when the wire has no checksum, or drops what is no message", () => {
    const json: Wire = {
      encode: (message) => new TextEncoder().encode(JSON.stringify(message)),
      decode: (bytes) => {
        try {
          return JSON.parse(new TextDecoder().decode(bytes));
        } catch {
          return undefined;
        }
      },
      sizeOf: (message) => JSON.stringify(message).length,
    };
    const faults = [corruption({ probability: 1, of: "bytes" })];
    const text = "a text of some length, so that most bits are in it";
    const found = arrivals({ faults, wire: json, make: () => ({ text }) });
    const same = found.filter(({ message }) => (message as { text: string }).text === text);
    expect(found.length).toBeGreaterThan(300);
    expect(found.length).toBeLessThan(1_000);
    expect(same.length).toBeLessThan(found.length / 10);
  });

  it("of fields changes one of them, in a copy", () => {
    const sent: Plain[] = [];
    const keep = (n: number): Plain => {
      sent.push(make(n));
      return sent.at(-1);
    };
    const faults = [corruption({ probability: 1, of: "fields" })];
    const found = arrivals({ faults, make: keep });
    expect(found.length).toBe(1_000);
    expect(sent).toEqual(sent.map((_, n) => make(n)));
    const changes = found.map(({ message }, i) => differences(make(i), message).join());
    // One of type, n, flag, bytes, three of the list, one of the map.
    expect(new Set(changes)).toEqual(
      new Set(["type", "n", "flag", "bytes", "list 0", "list 1", "list 2", "map k"]),
    );
  });

  it("has bitten when it changed or dropped a message", () => {
    for (const of of ["bytes", "fields"] as const) {
      const fault = corruption({ probability: 0.5, of });
      expect(account("corruption", { faults: [fault] })).toEqual(bit);
      expect(account("corruption", { faults: [fault], ...elsewhere })).toEqual(couldNotBite);
    }
    const fields = corruption({ probability: 1, of: "fields" });
    const hollow = { faults: [fields], make: () => ({ none: undefined, list: [] }) };
    expect(account("corruption", hollow)).toEqual(couldNotBite);
  });
});

/** Paths of leaves at which two values of the same shape differ. */
function differences(one: unknown, other: unknown, path = ""): string[] {
  if (one instanceof Uint8Array || typeof one !== "object" || one === null) {
    const isSame = plainWire.encode(one).join() === plainWire.encode(other).join();
    return isSame ? [] : [path.trim()];
  }
  const items = (value: unknown): [string, unknown][] =>
    // Both are containers of the same kind.
    value instanceof Map ? [...value] : Object.entries(value as object);
  const others = new Map(items(other));
  return items(one).flatMap(([key, item]) => differences(item, others.get(key), `${path} ${key}`));
}

describe("bandwidth", () => {
  const make = (n: number): Plain => ({ n, padding: new Uint8Array(1_000) });
  // One more from 128 on, as the number takes two bytes then.
  const size = plainWire.sizeOf(make(0));
  const rate = { bytesPerSecond: 100_000, queueBytes: 1_000_000, per: "link" } as const;

  it.each([
    [100_000, 10_000],
    [1_500_000, 1_000],
    // A message takes 1.0 us less than nothing of a clock in microseconds.
    [333_333_333, 1],
  ])("of %d bytes/s lets through so much, of messages every %d us or more", (bytesPerSecond, g) => {
    const gap = Math.max(1, Math.floor(g / 2));
    const line = { bytesPerSecond, queueBytes: 1e9, per: "link" } as const;
    const found = arrivals({ faults: [bandwidth(line)], make, count: 5_000, gap });
    expect(found.length).toBe(5_000);
    const span = found.at(-1)!.at - found[0]!.at;
    const measured = (4_999 * size * 1_000_000) / span;
    expect(measured / bytesPerSecond).toBeGreaterThan(0.95);
    expect(measured / bytesPerSecond).toBeLessThan(1.05);
  });

  it("takes its time for each message, first come, first served, before latency", () => {
    const found = arrivals({ faults: [bandwidth(rate)], make, count: 4 });
    const each = Math.ceil((size * 1_000_000) / rate.bytesPerSecond);
    expect(numbers(found)).toEqual([0, 1, 2, 3]);
    expect(found.map(({ at }) => at)).toEqual([1, 2, 3, 4].map((n) => GAP + n * each + 100));
  });

  it("drops what its queue has no room for, and tells how deep it was", () => {
    const line = bandwidth({ ...rate, queueBytes: 3 * size });
    const simulation = flow({ faults: [line], make, count: 100, gap: 1 });
    simulation.run(seconds(100));
    expect(numbers(heardAt(simulation, "n2"))).toEqual([0, 1, 2]);
    const depth = simulation.metrics.state.gauges.get("link backlog, bytes")!;
    expect(depth).toBe(3 * size);
  });

  it.each([
    // n1 sends to two: on links of their own they do not wait for each other.
    ["link", { n1: ["n2", "n3"] }, 1],
    ["uplink", { n1: ["n2", "n3"] }, 2],
    ["uplink", { n1: ["n2"], n3: ["n2"] }, 1],
    ["downlink", { n1: ["n2"], n3: ["n2"] }, 2],
    ["downlink", { n1: ["n2", "n3"] }, 1],
  ] as const)("per %s is shared by %o as it should: %d at once", (per, links, waiting) => {
    const everybody = { from: HOSTS, to: HOSTS };
    const line = { ...bandwidth({ ...rate, per }), ...everybody };
    const simulation = flow({ faults: [line], make, count: 1, links });
    simulation.run(seconds(10));
    const last = Math.max(
      ...HOSTS.flatMap((id) => heardAt(simulation, id).map(({ at }) => at - GAP - 100)),
    );
    expect(last).toBe(Math.ceil((waiting * size * 1_000_000) / rate.bytesPerSecond));
  });

  it("of several lines is that of the slowest", () => {
    const slow = bandwidth({ ...rate, per: "downlink", bytesPerSecond: 50_000 });
    const found = arrivals({ faults: [bandwidth(rate), slow], make, count: 2 });
    const each = Math.ceil((size * 1_000_000) / 50_000);
    expect(found.map(({ at }) => at)).toEqual([1, 2].map((n) => GAP + n * each + 100));
  });

  it("of one line is not taken by what another line refuses", () => {
    const full = bandwidth({ ...rate, per: "downlink", queueBytes: 1 });
    const simulation = flow({ faults: [bandwidth(rate), full], make, count: 10 });
    simulation.run(seconds(10));
    expect(heardAt(simulation, "n2")).toEqual([]);
    expect(simulation.metrics.state.gauges.get("link backlog, bytes")).toBeUndefined();
  });

  it("is taken by messages that arrive corrupt", () => {
    const faults = [bandwidth(rate), corruption({ probability: 1, of: "bytes" })];
    const simulation = flow({ faults, make, count: 10 });
    simulation.run(seconds(10));
    expect(heardAt(simulation, "n2")).toEqual([]);
    expect(simulation.metrics.state.gauges.get("link backlog, bytes")).toBeGreaterThan(size);
  });

  it("has bitten when a message waited or was dropped", () => {
    expect(account("bandwidth", { faults: [bandwidth(rate)] })).toEqual(bit);
    expect(account("bandwidth", { faults: [bandwidth({ ...rate, queueBytes: 1 })] })).toEqual(bit);
    expect(account("bandwidth", { faults: [bandwidth(rate)], ...elsewhere })).toEqual(couldNotBite);
  });
});

describe("sizeLimit", () => {
  const make = (n: number): Plain => "x".repeat(n);

  it("drops what is larger, and lets pass what is just as large", () => {
    const found = arrivals({ faults: [sizeLimit(plainWire.sizeOf(make(20)))], make, count: 50 });
    expect(found.map(({ message }) => (message as string).length)).toEqual(
      Array.from({ length: 21 }, (_, n) => n),
    );
  });

  it("has bitten when it dropped a message", () => {
    expect(account("sizeLimit", { faults: [sizeLimit(10)] })).toEqual(bit);
    expect(account("sizeLimit", { faults: [sizeLimit(1_000)] })).toEqual(couldNotBite);
  });
});

describe("the scope of traffic faults", () => {
  const links = { n1: ["n2", "n3"], n2: ["n1", "n3"], n3: ["n1", "n2"] };
  const lost = (own: Partial<TrafficScope>): string[] => {
    const simulation = flow({ faults: [{ ...loss(1), ...own }], links, count: 1 });
    simulation.run(seconds(1));
    return HOSTS.flatMap((to) => {
      const heard = heardAt(simulation, to).map(({ from }) => from);
      return HOSTS.filter((from) => from !== to && !heard.includes(from)).map((from) => from + to);
    }).sort();
  };

  it("is from each to each other, and back where it says both ways", () => {
    expect(lost({})).toEqual(["n1n2"]);
    expect(lost({ bothWays: true })).toEqual(["n1n2", "n2n1"]);
    expect(lost({ from: ["n1", "n2"], to: ["n2", "n3"] })).toEqual(["n1n2", "n1n3", "n2n3"]);
    expect(lost({ from: ["everybody"], to: ["n3"], bothWays: true })).toEqual([
      ...["n1n3", "n2n3", "n3n1", "n3n2"],
    ]);
  });

  it("is only messages of its types, where it names some", () => {
    const make = (n: number): Plain => (n === 3 ? "no type" : { type: ["a", "b", "c"][n]! });
    const typed = (types: string[]) =>
      arrivals({ faults: [{ ...loss(1), types }], make, count: 4 }).map(({ message }) => message);
    expect(typed(["a", "c"])).toEqual([{ type: "b" }, "no type"]);
    expect(typed(["no type"]).length).toBe(4);
    expect(typed([])).toEqual([]);
  });
});

/** One of each kind, at times of their own and overlapping. */
const everyKind: readonly Fault[] = (
  [
    { kind: "latency", added: uniform(0, 3_000) },
    { kind: "loss", probability: 0.1 },
    { kind: "burstLoss", enter: 0.1, leave: 0.3, loss: 0.9 },
    { kind: "duplication", probability: 0.2 },
    { kind: "reorder", probability: 0.3, window: 4, holdMax: 5_000 },
    { kind: "corruption", probability: 0.2, of: "fields" },
    { kind: "corruption", probability: 0.1, of: "bytes" },
    { kind: "bandwidth", bytesPerSecond: 40_000, queueBytes: 200, per: "downlink" },
    { kind: "sizeLimit", bytesMax: 35 },
  ] as const
).map((own, i) => ({
  ...{ ...scope, bothWays: true, at: 5_000 + 3_000 * i, lasting: 40_000, ...own },
}));
const busy: Flow = {
  ...{ faults: everyKind, links: { n1: ["n2"], n2: ["n1"] }, count: 100 },
  make: (n) => ({ type: "data", n, text: "x".repeat(n % 13) }),
};

describe("traffic faults together", () => {
  it("go on from a snapshot as if the run had never stopped, wherever it was taken", () => {
    const run = flow(busy);
    run.run(seconds(1));
    const property = fc.property(fc.integer({ min: 0, max: run.steps }), (steps) => {
      const first = flow(busy);
      for (let i = 0; i < steps; i++) first.step();
      const rest = flow(busy, first.snapshot());
      rest.run(seconds(1));
      expect(rest.fingerprint).toBe(run.fingerprint);
      expect(rest.faults).toEqual(run.faults);
    });
    fc.assert(property, { numRuns: 60 });
    expect([...run.faults.values()].every(({ effective }) => effective > 0)).toBe(true);
  });

  it("leave no trace behind their end", () => {
    const late = (given: Flow) =>
      arrivals({ ...given, count: 300 }).filter(({ message }) => {
        return (message as { n: number }).n > 200;
      });
    expect(late(busy)).toEqual(late({ ...busy, faults: [] }));
  });

  it("lose the same messages whichever others of their kind are left out", () => {
    const losses = [0, 100, 200, 300].map((tick) => ({
      ...{ ...loss(0.5), at: tick * GAP, lasting: 150 * GAP },
    }));
    const all = numbers(arrivals({ faults: losses, count: 600 }));
    const property = fc.property(fc.subarray(losses), (some) => {
      const found = new Set(numbers(arrivals({ faults: some, count: 600 })));
      // What some of the faults lose, all of them lose.
      expect(all.filter((n) => !found.has(n))).toEqual([]);
      const untouched = (n: number): boolean =>
        losses.every((fault) => {
          const at = (n + 1) * GAP;
          return some.includes(fault) || at < fault.at || at > fault.at + fault.lasting;
        });
      expect([...found].filter(untouched)).toEqual(all.filter(untouched));
    });
    fc.assert(property, { numRuns: 16 });
  });

  it("do not touch links that they do not name", () => {
    const others: Flow = { ...busy, links: { n1: ["n2", "n3"], n2: ["n1"], n3: ["n1"] } };
    const heard = (given: Flow) => {
      const simulation = flow({ ...given, network: { latency: uniform(1, 3_000), loss: 0.2 } });
      simulation.run(seconds(1));
      const from3 = heardAt(simulation, "n1").filter(({ from }) => from === "n3");
      return [from3, heardAt(simulation, "n3")];
    };
    expect(heard(others)).toEqual(heard({ ...others, faults: [] }));
  });
});

describe("a traffic fault in a line", () => {
  const targets = faultNames(HOSTS, {});
  const scopes = "n1 -> n2";
  it.each<[Fault, string]>([
    [latency({ added: uniform(ms(5), ms(50)) }), `add 5 ms to 50 ms, ${scopes}`],
    [{ ...loss(0.1), bothWays: true }, "lose 0.1, n1 <-> n2"],
    [
      burstLoss({ enter: 0.01, leave: 0.2, loss: 1 }),
      `lose 1 in bursts, enter 0.01, leave 0.2, ${scopes}`,
    ],
    [
      { ...duplication(0.2), types: ["vote", "append"] },
      `duplicate 0.2, ${scopes}, only vote append`,
    ],
    [
      reorder({ probability: 0.3, window: 4, holdMax: ms(20) }),
      `hold back 0.3 for up to 4 messages or 20 ms, ${scopes}`,
    ],
    [corruption({ probability: 0.1, of: "fields" }), `corrupt fields of 0.1, ${scopes}`],
    [
      bandwidth({ bytesPerSecond: 10_000, queueBytes: 64_000, per: "uplink" }),
      `pass 10000 bytes/s per uplink, queue 64000 bytes, ${scopes}`,
    ],
    [sizeLimit(1_400), `drop over 1400 bytes, ${scopes}`],
  ])("says what and on which links, and is read from outside: %#", (fault, words) => {
    expect(describeFault(fault)).toBe(`at 0 ms for 1000 s: ${words}`);
    const json = JSON.parse(JSON.stringify(fault));
    expect(checkFault(json, "fault", targets, seconds(2_000))).toEqual(fault);
  });

  it.each<[Fault, string]>([
    [loss(2), "fault.probability: expected a probability in [0, 1], got 2"],
    [
      { ...loss(1), bothWays: 1 } as unknown as Fault,
      "fault.bothWays: expected true or false, got 1",
    ],
    [
      reorder({ probability: 1, window: 0, holdMax: 1 }),
      "fault.window: expected a whole number in [1, 1000000], got 0",
    ],
    [
      { ...sizeLimit(5), loss: 1 } as Fault,
      "fault.loss: unknown field, expected only " +
        "at, lasting, kind, from, to, bothWays, types, bytesMax",
    ],
  ])("is refused in one line: %#", (fault, message) => {
    expect(() => checkFault(fault, "fault", targets, seconds(2_000))).toThrow(message);
  });
});
