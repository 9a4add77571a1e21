import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/sim/assert.ts";
import {
  checkFault,
  checkFaults,
  describeFault,
  FAULT_KINDS,
  type Fault,
  type FaultNames,
  targetsOf,
} from "../../src/sim/fault.ts";
import {
  bridge,
  clog,
  oneWay as cut,
  flapping,
  isolate as isolated,
  partition as parted,
  ring,
} from "../../src/sim/faults/cuts-by-hand.ts";
import { seconds } from "../../src/sim/time.ts";

const span = { at: 5_000_000, lasting: 2_000_000 };
const names: FaultNames = {
  targets: new Map([
    ...["n1", "n2", "n3"].map((id) => [id, "host"] as const),
    ["leader", "name"] as const,
  ]),
  behaviours: ["forgets", "flips a bit"],
};
const HORIZON = 10_000_000;

const crash: Fault = { ...span, kind: "crash", hosts: ["n1", "leader"] };
const stop: Fault = { ...span, kind: "stop", hosts: ["n1"] };
const isolate: Fault = { ...span, ...isolated(["n1"]) };
const oneWay: Fault = { ...span, ...cut(["n1"], ["n2", "n3"], { inFlight: "deliver" }) };
const partition: Fault = { ...span, ...parted([["n1", "n2"], ["n3"]]) };
const bridged: Fault = { ...span, ...bridge(["n2"], [["n1"], ["n3"]], { inFlight: "hold" }) };
const ringed: Fault = { ...span, ...ring(["n2", "n1", "n3", "leader"], { types: ["vote"] }) };
const way = { from: ["n1"], to: ["n2", "n3"] };
const turns = { down: seconds(0.25), up: seconds(1.5) };
const flapped: Fault = { ...span, ...flapping(way, turns) };
const clogged: Fault = { ...span, ...clog({ ...way, bothWays: true }, { types: ["a", "b"] }) };

const hosts = ["n1", "n2"];
const cost = { kind: "uniform", min: 1_000, max: 2_500_000 } as const;
const others: readonly [Fault, string][] = [
  [{ ...span, kind: "wipe", hosts }, "at 5 s for 2 s: wipe n1 n2"],
  [{ ...span, kind: "pause", hosts }, "at 5 s for 2 s: pause n1 n2"],
  [
    { ...span, kind: "slowCpu", hosts, perEvent: cost },
    "at 5 s for 2 s: slow processor on n1 n2, 1 ms to 2.5 s an event",
  ],
  [
    { ...span, kind: "slowCpu", hosts, perEvent: { kind: "constant", value: 50 } },
    "at 5 s for 2 s: slow processor on n1 n2, 0.05 ms an event",
  ],
  [
    { ...span, kind: "memoryLimit", hosts, bytesMax: 0 },
    "at 5 s for 2 s: memory of 0 bytes on n1 n2",
  ],
  [
    { ...span, kind: "crashPoint", hosts, point: "before sync", after: 0 },
    'at 5 s for 2 s: crash n1 n2 at "before sync"',
  ],
  [
    { ...span, kind: "crashPoint", hosts, point: "emit leader", after: 3 },
    'at 5 s for 2 s: crash n1 n2 at "emit leader" after 3 more',
  ],
  [
    { ...span, kind: "byzantine", hosts, behaviour: "flips a bit" },
    "at 5 s for 2 s: n1 n2 Byzantine: flips a bit",
  ],
  [
    { ...span, kind: "clockDrift", hosts, ppm: 200 },
    "at 5 s for 2 s: clock drift of +200 ppm on n1 n2",
  ],
  [
    { ...span, kind: "clockStep", hosts, by: -3_000_000 },
    "at 5 s for 2 s: clock step of -3 s on n1 n2",
  ],
  [
    { ...span, kind: "clockSlew", hosts, ppm: -500 },
    "at 5 s for 2 s: clock slew of -500 ppm on n1 n2",
  ],
];

describe("a fault in a line", () => {
  it.each<[Fault, string]>([
    [crash, "at 5 s for 2 s: crash n1 leader"],
    [stop, "at 5 s for 2 s: stop n1"],
    [isolate, "at 5 s for 2 s: isolate n1, messages in flight are lost"],
    [oneWay, "at 5 s for 2 s: cut n1 -> n2 n3"],
    [partition, "at 5 s for 2 s: partition n1 n2 | n3, messages in flight are lost"],
    [bridged, "at 5 s for 2 s: bridge n2 between n1 | n3, messages in flight are held"],
    [ringed, "at 5 s for 2 s: ring n2 n1 n3 leader, only vote, messages in flight are lost"],
    [
      flapped,
      "at 5 s for 2 s: flap n1 -> n2 n3, 250 ms down, 1.5 s up, messages in flight are lost",
    ],
    [clogged, "at 5 s for 2 s: clog n1 <-> n2 n3, only a b"],
    ...others,
  ])("says when, for how long, what and whom: %#", (fault, line) => {
    expect(describeFault(fault)).toBe(line);
  });
});

describe("the targets of a fault", () => {
  it.each<[Fault, readonly string[]]>([
    [crash, ["n1", "leader"]],
    [stop, ["n1"]],
    [isolate, ["n1"]],
    [oneWay, ["n1", "n2", "n3"]],
    [partition, ["n1", "n2", "n3"]],
    [bridged, ["n2", "n1", "n3"]],
    [ringed, ["n2", "n1", "n3", "leader"]],
    [flapped, ["n1", "n2", "n3"]],
    [clogged, ["n1", "n2", "n3"]],
    ...others.map(([fault]): [Fault, readonly string[]] => [fault, hosts]),
  ])("are all that it names, in order: %#", (fault, found) => {
    expect(targetsOf(fault)).toEqual(found);
  });
});

describe("faults from outside", () => {
  const limit = (at: number, bytesMax: number, host = "n1"): Fault => ({
    ...{ kind: "memoryLimit", hosts: [host], bytesMax, at, lasting: 100 },
  });
  const full = (at: number, freeBytes: number): Fault => ({
    ...{ kind: "diskFull", hosts: ["n2", "n1"], freeBytes, at, lasting: 100 },
  });
  const check = (...faults: readonly Fault[]) => checkFaults(faults, "faults", names, HORIZON);

  it("may set one thing for one host after another, and the same twice", () => {
    const faults = [limit(0, 5), limit(100, 6), limit(50, 7, "n2"), limit(150, 6), full(0, 5)];
    expect(check(...faults)).toEqual(faults);
  });

  it("may set one thing to one value at a time, also for different hosts", () => {
    const one = { ...full(0, 5), hosts: ["n1"] };
    expect(check(one, full(20, 5))).toEqual([one, full(20, 5)]);
  });

  it("are refused when they set one thing to two values at a time", () => {
    expect(() => check(crash, limit(0, 5), limit(99, 6))).toThrow(
      new UsageError(
        "faults[2]: expected one memory limit of n1 at a time, got another from faults[1]",
      ),
    );
    const brief = { ...limit(20, 5), lasting: 10 };
    expect(() => check(limit(0, 5), brief, limit(50, 6))).toThrow(/^faults\[2\]: .* faults\[0\]$/);
    expect(() => check(full(50, 5), full(0, 6))).toThrow(
      new UsageError(
        "faults[1]: expected one amount of free space on n2 at a time, got another from faults[0]",
      ),
    );
  });
});

describe("a fault from outside", () => {
  const all = [crash, stop, isolate, oneWay, partition, bridged, ringed, flapped, clogged];
  const rest = others.map(([fault]) => fault);
  it.each([...all, ...rest].map((fault) => [fault]))("is taken as it is: %#", (fault) => {
    expect(checkFault(fault, "fault", names, HORIZON)).toEqual(fault);
  });

  it("may be between hosts of one name, and on a ring of a name: they may be many", () => {
    const among = { ...oneWay, from: ["leader"], to: ["leader"] };
    const around = { ...ringed, hosts: ["leader", "n1"] };
    expect(checkFault(among, "fault", names, HORIZON)).toEqual(among);
    expect(checkFault(around, "fault", names, HORIZON)).toEqual(around);
  });

  it("may last from the beginning of the run to its end", () => {
    const whole = { ...stop, at: 0, lasting: HORIZON };
    expect(checkFault(whole, "fault", names, HORIZON)).toEqual(whole);
  });

  it.each<[unknown, string]>([
    ["crash", 'fault: expected an object, got "crash"'],
    [
      { ...stop, kind: "earthquake" },
      `fault.kind: expected one of ${FAULT_KINDS.join(", ")}, got "earthquake"`,
    ],
    [
      { ...stop, inFlight: "lose" },
      "fault.inFlight: unknown field, expected only at, lasting, kind, hosts",
    ],
    [
      { ...span, kind: "clockDrift", hosts, ppm: -500_001 },
      "fault.ppm: expected a whole number in [-500000, 1000000], got -500001",
    ],
    [
      { ...span, kind: "clockStep", hosts, by: 0.5 },
      "fault.by: expected a whole number in [-100000000000000, 100000000000000], got 0.5",
    ],
    [
      { ...span, kind: "memoryLimit", hosts },
      "fault.bytesMax: expected a whole number of at least 0, got nothing",
    ],
    [{ ...span, kind: "slowCpu", hosts, perEvent: 5 }, "fault.perEvent: expected an object, got 5"],
    [{ ...stop, at: -1 }, "fault.at: expected a whole number in [0, 9999999], got -1"],
    [{ ...stop, at: 0.5 }, "fault.at: expected a whole number in [0, 9999999], got 0.5"],
    [
      { ...stop, at: HORIZON + 1 },
      "fault.at: expected a whole number in [0, 9999999], got 10000001",
    ],
    [{ ...stop, lasting: 0 }, "fault.lasting: expected a whole number in [1, 5000000], got 0"],
    [
      { ...stop, lasting: 5_000_001 },
      "fault.lasting: expected a whole number in [1, 5000000], got 5000001",
    ],
    [{ ...stop, hosts: "n1" }, 'fault.hosts: expected a list, got "n1"'],
    [{ ...stop, hosts: [] }, "fault.hosts: expected at least one host, got none"],
    [{ ...stop, hosts: ["n1", 2] }, "fault.hosts[1]: expected a text, got 2"],
    [{ ...stop, hosts: ["n9"] }, 'fault.hosts[0]: expected one of n1, n2, n3, leader, got "n9"'],
    [{ ...stop, hosts: ["n1", "n1"] }, 'fault.hosts: expected distinct ids, got "n1" twice'],
    [
      { ...partition, groups: [["n1"], ["n2", "n1"]] },
      'fault.groups: expected distinct ids, got "n1" twice',
    ],
    [
      { ...partition, groups: [["n1"], []] },
      "fault.groups[1]: expected at least one host, got none",
    ],
    [
      { ...partition, groups: [["n1"], ["n2", "n9"]] },
      'fault.groups[1][1]: expected one of n1, n2, n3, leader, got "n9"',
    ],
    [
      { ...partition, inFlight: "maybe" },
      'fault.inFlight: expected one of lose, hold, deliver, got "maybe"',
    ],
    [
      { ...isolate, inFlight: undefined },
      "fault.inFlight: expected one of lose, hold, deliver, got nothing",
    ],
    [{ ...oneWay, from: undefined }, "fault.from: expected a list, got nothing"],
    [{ ...oneWay, to: [] }, "fault.to: expected at least one host, got none"],
    [{ ...oneWay, to: ["n1"] }, 'fault.to: expected a host other than n1, got "n1"'],
    [{ ...clogged, to: ["n1"] }, 'fault.to: expected a host other than n1, got "n1"'],
    [{ ...flapped, to: ["n1"] }, 'fault.to: expected a host other than n1, got "n1"'],
    [{ ...flapped, up: 0 }, "fault.up: expected a whole number of at least 1, got 0"],
    [{ ...flapped, down: 0 }, "fault.down: expected a whole number of at least 1, got 0"],
    [{ ...flapped, bothWays: 1 }, "fault.bothWays: expected true or false, got 1"],
    [
      { ...clogged, inFlight: "lose" },
      "fault.inFlight: unknown field, expected only at, lasting, kind, from, to, bothWays, types",
    ],
    [{ ...partition, groups: [["n1"]] }, "fault.groups: expected at least two groups, got 1"],
    [{ ...partition, types: undefined }, "fault.types: expected a list, got nothing"],
    [{ ...partition, types: ["a", "a"] }, 'fault.types: expected distinct ids, got "a" twice'],
    [{ ...bridged, halves: [["n1"]] }, "fault.halves: expected two halves, got 1"],
    [
      { ...bridged, halves: [["n1"], ["n1"]] },
      'fault.halves: expected distinct ids, got "n1" twice',
    ],
    [
      { ...bridged, halves: [["n1"], ["n2"]] },
      'fault.halves: expected hosts that are not the bridge, got "n2"',
    ],
    [{ ...ringed, hosts: ["n1", "n2", "n3"] }, "fault.hosts: expected at least 4 hosts, got 3"],
    [
      { ...span, kind: "byzantine", hosts, behaviour: "flip a bit" },
      "fault.behaviour: expected one of forgets, flips a bit, " +
        'got "flip a bit", did you mean flips a bit?',
    ],
    [
      { ...span, kind: "byzantine", hosts, behaviour: "shouts" },
      'fault.behaviour: expected one of forgets, flips a bit, got "shouts"',
    ],
    [{ ...span, kind: "byzantine", hosts }, "fault.behaviour: expected a text, got nothing"],
  ])("is refused in one line that names path, expectation and value: %#", (value, message) => {
    const check = (): Fault => checkFault(value, "fault", names, HORIZON);
    expect(check).toThrow(new UsageError(message));
    expect(check).toThrow(UsageError);
  });

  it("is refused when it is Byzantine and the scenario declares no behaviours", () => {
    const byzantine = { ...span, kind: "byzantine", hosts, behaviour: "forgets" };
    const check = (): Fault =>
      checkFault(byzantine, "fault", { ...names, behaviours: [] }, HORIZON);
    expect(check).toThrow(
      new UsageError("fault.kind: expected another, as the scenario declares no behaviours"),
    );
  });
});
