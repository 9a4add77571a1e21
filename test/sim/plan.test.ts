import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/sim/assert.ts";
import { checkText } from "../../src/sim/check.ts";
import { defaultDiskOptions } from "../../src/sim/disk/disk-options.ts";
import type { Operation } from "../../src/sim/env.ts";
import { defaultNetworkOptions } from "../../src/sim/network/network-options.ts";
import { checkPlan, type Plan } from "../../src/sim/plan.ts";
import { constant, uniform } from "../../src/sim/random/distribution.ts";

const { links: _, connectTimeout, streamTimeout, ...link } = defaultNetworkOptions;

/** A plan in which nothing is left out, as JSON would give it. */
const plan = {
  scenario: "ring",
  seed: "1",
  servers: ["n1", "n2"],
  clients: ["c1"],
  settings: { key: "x" },
  network: {
    ...{ ...link, latency: uniform(1_000, 5_000), loss: 0.1, duplication: 0 },
    ...{ connectTimeout, streamTimeout },
    links: [
      {
        ...structuredClone(link),
        from: "n1",
        to: "n2",
        latency: constant(0),
        loss: 1,
        duplication: 1,
      },
    ],
  },
  disk: { ...defaultDiskOptions, syncLatency: uniform(100, 200), hosts: { n1: constant(5) } },
  clocks: { epoch: 0, hosts: { n1: { offset: -5, driftPpm: 200 } } },
  cpu: { perEvent: constant(0), hosts: { n2: uniform(1, 5) }, shared: [["n1", "n2"]] },
  operations: [{ at: 10, client: "c1", operation: { id: "o1", key: "x" } }],
  faults: [{ kind: "crash", hosts: ["leader"], at: 0, lasting: 500 }],
  buggify: ["dawdle"],
  core: ["n2"],
  calm: 500,
  horizon: 1_000,
};

const scenario = {
  name: "ring",
  client: () => {},
  targets: { leader: () => [] },
  sites: ["dawdle", "skip"],
  checkSettings: (value: unknown, path: string) => value ?? checkText(value, path),
  checkOperation: (operation: Operation, path: string) => checkText(operation.key, `${path}.key`),
};

const check = (value: unknown, against = {}): Plan<unknown> =>
  checkPlan<unknown>(value, { ...scenario, ...against });

/** The plan with another value at a path such as `network.links.0.loss`. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(plan);
  const names = path.split(".");
  const last = names.pop()!;
  // Every part of the plan but the last is a record or a list.
  let part = copy as unknown as Record<string, unknown>;
  for (const name of names) part = part[name] as Record<string, unknown>;
  part[last] = value;
  return copy;
}

const TARGETS = "n1, n2, c1, everybody, servers, clients, leader";

describe("a plan", () => {
  it("is taken as it is when nothing is wrong with it", () => {
    expect(check(plan)).toEqual(plan);
    expect(check(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it("tells the check of its settings whom they may name", () => {
    const told: unknown[] = [];
    check(plan, { checkSettings: (...all: unknown[]) => told.push(...all) });
    expect(told).toEqual([
      plan.settings,
      "plan.settings",
      { servers: ["n1", "n2"], clients: ["c1"] },
    ]);
  });

  it("tells the check of its operations who is asked for one, and among whom", () => {
    const told: unknown[] = [];
    check(plan, { checkOperation: (_: unknown, ...all: unknown[]) => told.push(...all) });
    const place = { client: "c1", servers: ["n1", "n2"], settings: plan.settings };
    expect(told.slice(0, 2)).toEqual(["plan.operations[0].operation", place]);
  });

  it("that says nothing of room or damage has disks without end and no damage", () => {
    const { capacityBytes: _, damagedHostsMax: __, ...disk } = plan.disk;
    expect(check({ ...plan, disk })).toEqual(plan);
  });

  it("may have faults, operations and calm up to its very end, and none of them", () => {
    const empty = { ...plan, clients: [], operations: [], faults: [], calm: 1_000 };
    expect(check(empty)).toEqual(empty);
    expect(check(changed("operations.0.at", 1_000))).toEqual(changed("operations.0.at", 1_000));
  });

  it("from before there were streams is one of datagrams", () => {
    const { transport, connectTimeout, streamTimeout, ...old } = plan.network;
    const network = { ...old, links: [] };
    expect(check({ ...plan, network }).network).toEqual({ ...plan.network, links: [] });
  });

  it.each([null, [], "plan", 7, undefined])("is an object, not %o", (value) => {
    expect(() => check(value)).toThrow("plan: expected an object, got");
  });

  it.each<[string, unknown, string]>([
    ["scenario", "rang", 'plan.scenario: expected "ring", got "rang"'],
    ["seed", "", 'plan.seed: expected a text, got ""'],
    ["seed", 1, "plan.seed: expected a text, got 1"],
    ["servers", "n1", 'plan.servers: expected a list, got "n1"'],
    ["servers", [], "plan.servers: expected at least one, got none"],
    ["servers.1", 2, "plan.servers[1]: expected a text, got 2"],
    ["servers", ["n1", "n1"], 'plan.servers: expected distinct ids, got "n1" twice'],
    ["clients", undefined, "plan.clients: expected a list, got nothing"],
    ["clients", ["n2"], 'plan.clients: expected distinct ids, got "n2" twice'],
    ["settings", undefined, "plan.settings: expected a text, got nothing"],
    ["network", 1, "plan.network: expected an object, got 1"],
    [
      "network.jitter",
      1,
      "plan.network.jitter: unknown field, expected only latency, base, loss, burstLoss, " +
        "duplication, reorder, corruption, bandwidth, bytesMax, transport, " +
        "connectTimeout, streamTimeout, links",
    ],
    ["network.latency", 5, "plan.network.latency: expected an object, got 5"],
    [
      "network.latency.min",
      -1,
      "plan.network.latency.min: expected a whole number of at least 0, got -1",
    ],
    [
      "network.latency.max",
      999,
      "plan.network.latency.max: expected a whole number of at least 1000, got 999",
    ],
    ["network.loss", 1.5, "plan.network.loss: expected a probability in [0, 1], got 1.5"],
    ["network.loss", "1", 'plan.network.loss: expected a probability in [0, 1], got "1"'],
    [
      "network.duplication",
      Number.NaN,
      "plan.network.duplication: expected a probability in [0, 1], got NaN",
    ],
    [
      "network.burstLoss.leave",
      2,
      "plan.network.burstLoss.leave: expected a probability in [0, 1], got 2",
    ],
    ["network.reorder", 0, "plan.network.reorder: expected an object, got 0"],
    [
      "network.reorder.window",
      0,
      "plan.network.reorder.window: expected a whole number in [1, 1000000], got 0",
    ],
    [
      "network.corruption.of",
      "all",
      'plan.network.corruption.of: expected one of bytes, fields, got "all"',
    ],
    [
      "network.bandwidth",
      [{ bytesPerSecond: 0 }],
      "plan.network.bandwidth[0].bytesPerSecond: expected a whole number in [1, 1000000000000], " +
        "got 0",
    ],
    [
      "network.bytesMax",
      -1,
      "plan.network.bytesMax: expected a whole number of at least 0, got -1",
    ],
    ["network.base", undefined, "plan.network.base: expected an object, got nothing"],
    ["network.links", {}, "plan.network.links: expected a list, got {}"],
    ["network.links.0.to", "n9", 'plan.network.links[0].to: expected one of n1, n2, c1, got "n9"'],
    [
      "network.links.0.loss",
      -0.1,
      "plan.network.links[0].loss: expected a probability in [0, 1], got -0.1",
    ],
    [
      "network.links.0.latency.value",
      0.5,
      "plan.network.links[0].latency.value: expected a whole number of at least 0, got 0.5",
    ],
    ["disk", undefined, "plan.disk: expected an object, got nothing"],
    [
      "clocks.epoch",
      -1,
      "plan.clocks.epoch: expected a whole number in [0, 4500000000000000], got -1",
    ],
    [
      "clocks.hosts.n1.driftPpm",
      1_000_001,
      "plan.clocks.hosts.n1.driftPpm: expected a whole number in [-500000, 1000000], got 1000001",
    ],
    ["clocks.hosts.n9", {}, "plan.clocks.hosts.n9: unknown field, expected only n1, n2, c1"],
    ["cpu.hosts.n9", {}, "plan.cpu.hosts.n9: unknown field, expected only n1, n2, c1"],
    ["cpu.shared", {}, "plan.cpu.shared: expected a list, got {}"],
    ["cpu.shared.0", ["n1"], "plan.cpu.shared[0]: expected at least two hosts, got 1"],
    ["cpu.shared.0.1", "n9", 'plan.cpu.shared[0][1]: expected one of n1, n2, c1, got "n9"'],
    ["cpu.shared.1", ["c1", "n1"], 'plan.cpu.shared: expected distinct ids, got "n1" twice'],
    ["cpu.perEvent", 5, "plan.cpu.perEvent: expected an object, got 5"],
    ["disk.hosts.n9", {}, "plan.disk.hosts.n9: unknown field, expected only n1, n2, c1"],
    ["disk.sectorBytes", 0, "plan.disk.sectorBytes: expected a whole number of at least 1, got 0"],
    [
      "disk.syncLatency.max",
      99,
      "plan.disk.syncLatency.max: expected a whole number of at least 100, got 99",
    ],
    ["operations.0", 7, "plan.operations[0]: expected an object, got 7"],
    [
      "operations.0.at",
      1_001,
      "plan.operations[0].at: expected a whole number in [0, 1000], got 1001",
    ],
    ["operations.0.client", "n1", 'plan.operations[0].client: expected "c1", got "n1"'],
    ["operations.0.operation", [], "plan.operations[0].operation: expected an object, got []"],
    ["operations.0.operation.id", 1, "plan.operations[0].operation.id: expected a text, got 1"],
    ["operations.0.operation.key", 1, "plan.operations[0].operation.key: expected a text, got 1"],
    ["operations.1", plan.operations[0], 'plan.operations: expected distinct ids, got "o1" twice'],
    ["faults", null, "plan.faults: expected a list, got null"],
    ["faults.0.hosts.0", "n9", `plan.faults[0].hosts[0]: expected one of ${TARGETS}, got "n9"`],
    [
      "faults.0.lasting",
      1_001,
      "plan.faults[0].lasting: expected a whole number in [1, 1000], got 1001",
    ],
    ["buggify.0", "hurry", 'plan.buggify[0]: expected one of dawdle, skip, got "hurry"'],
    ["buggify.1", "dawdle", 'plan.buggify: expected distinct ids, got "dawdle" twice'],
    ["core.0", "c1", 'plan.core[0]: expected one of n1, n2, got "c1"'],
    ["core.1", "n2", 'plan.core: expected distinct ids, got "n2" twice'],
    ["core", [], "plan.core: expected at least one server, got none"],
    ["calm", 1_001, "plan.calm: expected a whole number in [0, 1000], got 1001"],
    [
      "altered",
      ["weather"],
      'plan.altered[0]: expected one of servers, operations, faults, conditions, got "weather"',
    ],
    ["altered", ["faults", "faults"], 'plan.altered: expected distinct ids, got "faults" twice'],
    ["calm", "late", 'plan.calm: expected a whole number in [0, 1000], got "late"'],
    ["horizon", 0, "plan.horizon: expected a whole number of at least 1, got 0"],
    [
      "weather",
      "fine",
      "plan.weather: unknown field, expected only scenario, seed, servers, clients, settings, " +
        "network, disk, clocks, cpu, operations, faults, buggify, core, calm, horizon, " +
        "altered",
    ],
  ])("with another %s, %o, is refused in one line", (path, value, message) => {
    const given = changed(path, value);
    expect(() => check(given)).toThrow(new UsageError(message));
    expect(() => check(given)).toThrow(UsageError);
  });

  it("has no clients where the scenario has no program for them", () => {
    expect(() => check(plan, { client: undefined })).toThrow(
      new UsageError("plan.clients: expected none, as ring has no client program"),
    );
  });

  it("is shown in part only where it is long", () => {
    const long = changed("seed", ["n".repeat(100)]);
    expect(() => check(long)).toThrow(`plan.seed: expected a text, got ["${"n".repeat(55)}...`);
  });
});
