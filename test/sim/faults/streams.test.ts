import { describe, expect, it } from "vitest";
import {
  checkFault,
  describeFault,
  type Fault,
  type FaultKind,
  type FaultNames,
} from "../../../src/sim/fault.ts";
import { ms, seconds } from "../../../src/sim/time.ts";
import { cut, down, oneWay, ran, type Sending, sending, told } from "../../support/senders.ts";

const LINK = { from: ["n1"], to: ["n2"], bothWays: false, probability: 1 };
const BACK = { ...LINK, from: ["n2"], to: ["n1"] };

/** A fault between two times, in ms. */
const between = (from: number, to: number, fault: FaultKind): Fault => ({
  ...{ ...fault, at: ms(from), lasting: ms(to - from) },
});

/** What both hosts are told when `n1` sends at these times, and whether the fault was effective. */
function outcome(times: readonly number[], fault: Fault, more: Sending = {}) {
  const faults = [fault, ...(more.faults ?? [])];
  const simulation = ran(sending(times, { ...more, faults }));
  const effective = simulation.faults.get(fault.kind)!.effective;
  return { n1: told(simulation, "n1"), n2: told(simulation, "n2"), effective };
}

describe("streamDown", () => {
  const fault = between(100, 200, { kind: "streamDown", ...LINK });

  it("resets both ends of what is open, and refuses connects while it lasts", () => {
    expect(outcome([0, 150, 250], fault)).toEqual({
      n1: ["110 disconnect", "170 disconnect"],
      n2: ["30 0", "110 disconnect", "280 250"],
      effective: 1,
    });
  });

  it("lets those connect who come from the other side, if it is not both ways", () => {
    expect(outcome([], fault, { back: [150] })).toEqual({
      ...{ n1: ["180 150"], n2: [], effective: 0 },
    });
    const bothWays = between(100, 200, { kind: "streamDown", ...LINK, bothWays: true });
    expect(outcome([], bothWays, { back: [150] })).toEqual({
      ...{ n1: [], n2: ["170 disconnect"], effective: 1 },
    });
  });

  it("could not bite where a cut stops the news", () => {
    expect(outcome([0], fault, { faults: [cut(90, 150)] })).toEqual({
      ...{ n1: [], n2: ["30 0"], effective: 0 },
    });
  });

  it("could not bite where nobody is or gets connected", () => {
    expect(outcome([250], fault)).toEqual({ n1: [], n2: ["280 250"], effective: 0 });
  });
});

describe("streamReset", () => {
  const fault = between(100, 300, { kind: "streamReset", after: ms(50), ...LINK });

  it("resets both ends some time after the first message, which does not get through", () => {
    expect(outcome([0, 120, 130, 310], fault)).toEqual({
      n1: ["180 disconnect"],
      n2: ["30 0", "180 disconnect", "340 310"],
      effective: 1,
    });
  });

  it("leaves the connection to send again if it is over by then", () => {
    expect(outcome([0, 120], { ...fault, lasting: ms(60) })).toEqual({
      ...{ n1: [], n2: ["30 0", "330 120"], effective: 1 },
    });
  });

  it("could not bite while nothing is sent that way", () => {
    expect(outcome([0], fault, { back: [120] })).toEqual({
      ...{ n1: ["130 120"], n2: ["30 0"], effective: 0 },
    });
  });
});

describe("streamTimeout", () => {
  const fault = between(100, 300, { kind: "streamTimeout", after: ms(50), ...LINK });

  it("ends what is open after a time, whether anything is sent or not", () => {
    expect(outcome([0], fault)).toEqual({
      ...{ n1: ["160 disconnect"], n2: ["30 0", "160 disconnect"], effective: 1 },
    });
  });

  it("lets no message through, and ends a new connection after the same time", () => {
    expect(outcome([200], fault)).toEqual({ n1: ["260 disconnect"], n2: [], effective: 1 });
  });

  it("only delays messages if it is over by then, and could not bite if there are none", () => {
    const short = { ...fault, lasting: ms(40) };
    expect(outcome([0, 120], short)).toEqual({
      ...{ n1: [], n2: ["30 0", "330 120"], effective: 1 },
    });
    expect(outcome([0], short)).toEqual({ n1: [], n2: ["30 0"], effective: 0 });
  });
});

describe("slowClose", () => {
  const fault = between(50, 900, { kind: "slowClose", delay: ms(300), ...BACK });

  it("brings the news of the end late", () => {
    const faults = [down("stop", "n2", 100, 150)];
    expect(outcome([0], fault, { faults })).toEqual({
      ...{ n1: ["410 disconnect"], n2: ["30 0"], effective: 1 },
    });
  });

  it("could not bite where nothing is closed", () => {
    expect(outcome([0, 100], fault)).toEqual({ n1: [], n2: ["30 0", "110 100"], effective: 0 });
  });
});

describe("slicer", () => {
  // The messages are three digits, 9 bytes on the wire: two slices.
  const fault = between(100, 900, { kind: "slicer", sizeBytes: 8, delay: ms(20), ...LINK });

  it("brings a message with its last slice, and the next one after it", () => {
    expect(outcome([0, 120, 125, 300], fault)).toEqual({
      ...{ n1: [], n2: ["30 0", "150 120", "190 125", "330 300"], effective: 1 },
    });
  });

  it("is not taken for a loss, however long it takes", () => {
    const slow = between(100, 900, { kind: "slicer", sizeBytes: 8, delay: ms(500), ...LINK });
    expect(outcome([0, 120, 125], slow).n2).toEqual(["30 0", "630 120", "1630 125"]);
  });

  it("could not bite when messages are smaller than a slice", () => {
    expect(outcome([0, 120], { ...fault, sizeBytes: 9 } as Fault)).toEqual({
      ...{ n1: [], n2: ["30 0", "130 120"], effective: 0 },
    });
  });
});

describe("limitData", () => {
  const fault = between(100, 900, { kind: "limitData", bytes: 20, ...LINK });

  it("resets both ends with the message that is too much, and counts anew for the next", () => {
    expect(outcome([0, 120, 130, 140, 160, 170], fault)).toEqual({
      n1: ["150 disconnect"],
      n2: ["30 0", "130 120", "140 130", "150 disconnect", "190 160", "190 170"],
      effective: 1,
    });
  });

  it("could not bite where less was sent, what is sent again counted once", () => {
    const faults = [cut(110, 300)];
    expect(outcome([0, 120, 130], fault, { faults })).toEqual({
      ...{ n1: [], n2: ["30 0", "330 120", "330 130"], effective: 0 },
    });
    // The answers are lost, so that the message gets through again and again.
    expect(outcome([0, 120], fault, { faults: [oneWay("n2->n1", 110, 900)] })).toEqual({
      ...{ n1: [], n2: ["30 0", "130 120"], effective: 0 },
    });
  });
});

describe("halfOpen", () => {
  const fault = between(100, 5_000, { kind: "halfOpen", ...LINK });
  const network = { streamTimeout: seconds(1) };

  it("lets what is open fall silent one way, unnoticed; a new connection is well", () => {
    expect(outcome([0, 120, 1_200], fault, { network, back: [150] })).toEqual({
      n1: ["160 150", "1120 disconnect"],
      n2: ["30 0", "1150 disconnect", "1230 1200"],
      effective: 1,
    });
  });

  it("is over when it ends: what was lost is sent again", () => {
    expect(outcome([0, 120], { ...fault, lasting: ms(50) }, { network })).toEqual({
      ...{ n1: [], n2: ["30 0", "330 120"], effective: 1 },
    });
  });

  it("could not bite where nothing is sent that way, or nothing was open", () => {
    expect(outcome([0], fault).effective).toBe(0);
    expect(outcome([120], fault)).toEqual({ n1: [], n2: ["150 120"], effective: 0 });
  });
});

const NAMES: FaultNames = {
  targets: new Map([
    ["n1", "host"],
    ["n2", "host"],
  ]),
  behaviours: [],
};
const KINDS: readonly FaultKind[] = [
  { kind: "streamDown", ...LINK },
  { kind: "streamReset", after: ms(30), ...LINK },
  { kind: "streamTimeout", after: ms(30), ...LINK },
  { kind: "slowClose", delay: ms(30), ...LINK },
  { kind: "slicer", sizeBytes: 2, delay: ms(5), ...LINK },
  { kind: "limitData", bytes: 20, ...LINK },
  { kind: "halfOpen", ...LINK },
];
const TIMES = Array.from({ length: 60 }, (_, i) => i * 20);

describe("faults of streams", () => {
  it("strike each connection with their probability, drawn once", () => {
    const hit = (probability: number, seed: number): boolean => {
      // A connection for each seed: the draw is addressed by when the fault begins.
      const fault = between(100 + seed, 900, { kind: "limitData", bytes: 0, ...LINK, probability });
      return outcome([0, 700, 750], fault).effective === 1;
    };
    const seeds = Array.from({ length: 200 }, (_, i) => i);
    expect(seeds.filter((seed) => hit(0, seed))).toEqual([]);
    expect(seeds.filter((seed) => hit(1, seed))).toEqual(seeds);
    const share = seeds.filter((seed) => hit(0.25, seed)).length / seeds.length;
    // Four standard deviations around a quarter.
    expect(Math.abs(share - 0.25)).toBeLessThan(0.13);
  });

  it("strike the same connections when another fault is left out", () => {
    const half = { ...LINK, probability: 0.5 };
    const slicer = between(90, 900, { kind: "slicer", sizeBytes: 1, delay: ms(1), ...half });
    const faults = Array.from({ length: 8 }, (_, i) =>
      between(100 + i, 900, { kind: "slowClose", delay: ms(9), ...half }),
    );
    const without = ran(sending(TIMES, { faults: [slicer] }));
    const among = ran(sending(TIMES, { faults: [...faults, slicer] }));
    expect(told(among, "n2")).toEqual(told(without, "n2"));
  });

  it("leave links in peace that are no streams", () => {
    const faults = KINDS.map((fault) => between(0, 900, fault));
    const network = { transport: "datagram" } as const;
    const calm = ran(sending(TIMES, { network }));
    const stormy = ran(sending(TIMES, { network, faults }));
    expect(told(stormy, "n2")).toEqual(told(calm, "n2"));
    expect([...stormy.faults.values()].filter(({ effective }) => effective > 0)).toEqual([]);
  });

  it.each(KINDS)("can be forked in the middle: $kind", (fault) => {
    const setting = { faults: [between(150, 700, fault), down("stop", "n1", 800, 850)] };
    const whole = ran(sending(TIMES, setting), 3_000);
    for (let steps = 0; steps < whole.steps; steps += 11) {
      const first = sending(TIMES, setting);
      for (let i = 0; i < steps; i++) first.step();
      const rest = ran(sending(TIMES, { ...setting, snapshot: first.snapshot() }), 3_000);
      expect(rest.fingerprint).toBe(whole.fingerprint);
      expect(rest.faults).toEqual(whole.faults);
    }
  });

  it.each<[FaultKind, string]>([
    [{ ...LINK, kind: "streamDown" }, "connections down, n1 -> n2"],
    [
      { ...LINK, kind: "streamReset", after: ms(5), bothWays: true },
      "reset connections 5 ms after a message, n1 <-> n2",
    ],
    [
      { ...LINK, kind: "slicer", sizeBytes: 9, delay: ms(1), probability: 0.5 },
      "slices of 9 bytes, 1 ms apart, n1 -> n2, each with probability 0.5",
    ],
  ])("are said in words: %j", (fault, words) => {
    expect(describeFault(between(0, 1_000, fault))).toBe(`at 0 ms for 1 s: ${words}`);
  });

  it.each(KINDS)("are taken as they are: $kind", (kind) => {
    const fault = between(5, 10, kind);
    expect(checkFault({ ...fault }, "fault", NAMES, seconds(1))).toEqual(fault);
  });

  it.each<[object, string]>([
    [{ bothWays: 1 }, "fault.bothWays: expected true or false, got 1"],
    [{ probability: 2 }, "fault.probability: expected a probability in [0, 1], got 2"],
    [{ to: ["n9"] }, 'fault.to[0]: expected one of n1, n2, got "n9"'],
    [{ bytes: -1 }, "fault.bytes: expected a whole number of at least 0, got -1"],
    [{ after: 1 }, "fault.after: unknown field, expected only at, lasting, kind, from"],
  ])("are checked: %j", (wrong, message) => {
    const fault = { ...between(5, 10, { kind: "limitData", bytes: 5, ...LINK }), ...wrong };
    const check = () => checkFault(fault, "fault", NAMES, seconds(1));
    expect(check).toThrow(message);
  });
});
