import { describe, expect, it } from "vitest";
import {
  epochsAreNew,
  leaseIsSingle,
  onlyHoldersRelease,
  standbysWait,
} from "../../src/invariants/lease.ts";
import {
  measureHolding,
  measureSingleLook,
  takeoverIsTimely,
} from "../../src/invariants/lease-measures.ts";
import type { HolderView, ShownLease, TableView } from "../../src/invariants/lease-view.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

const SUBJECT = { lease: "l", executors: ["e1", "e2"] };

interface Holder extends HolderView {
  held: HolderView["held"];
}

interface Table extends TableView {
  applied: number;
  readonly machine: { readonly state: { readonly leases: Map<string, ShownLease> } };
}

/** Two servers, a primary `e1`, its standby `e2`, and a client that is no executor. */
class Lent extends HandMadeWorld<Table> {
  constructor(invariant: Invariant<TableView>) {
    const table = (): Table => ({ applied: 0, machine: { state: { leases: new Map() } } });
    const holder = (isStandby: boolean): Holder => ({ held: undefined, isStandby });
    super(
      [invariant],
      { n1: table(), n2: table() },
      { e1: holder(false), e2: holder(true), c1: holder(false) },
    );
  }

  /** An executor takes itself for the holder until its own clock shows that time. */
  holds(at: number, id: string, epoch: number, until: number): string[] {
    this.#holder(id).held = { epoch, until };
    this.client(id).clock = at;
    return this.event(at, { on: id, emitted: [{ event: "lease acquired", data: undefined }] });
  }

  gaveUp(at: number, id: string): string[] {
    this.#holder(id).held = undefined;
    return this.event(at, { on: id });
  }

  /** A server shows the lease at a log index: of a life, in an epoch, from a time on, for 60. */
  shows(
    at: number,
    applied: number,
    [life, epoch, renewedAt]: readonly [life: string, epoch: number, renewedAt: number],
    { isReleased = false, server = "n1" } = {},
  ): string[] {
    const shown = { life, epoch, renewedAt, expiresAt: renewedAt + 60, isReleased };
    this.node(server).applied = applied;
    this.node(server).machine.state.leases.set("l", shown);
    return this.event(at, { on: server });
  }

  #holder(id: string): Holder {
    // What the constructor has made.
    return this.client(id).node as Holder;
  }
}

describe("that at most one may act", () => {
  const world = () => new Lent(leaseIsSingle("SINGLE", SUBJECT));

  it("is accepted of one after another", () => {
    const one = world();
    expect(one.holds(5, "e1", 1, 50)).toEqual([]);
    one.client("e1").clock = 50;
    expect(one.holds(50, "e2", 2, 100)).toEqual([]);
  });

  it("is accepted when the first has given up before its time, or is down", () => {
    const one = world();
    one.holds(5, "e1", 1, 50);
    expect(one.gaveUp(10, "e1")).toEqual([]);
    expect(one.holds(11, "e2", 2, 70)).toEqual([]);
    one.client("e2").node = undefined;
    expect(one.holds(12, "e1", 3, 70)).toEqual([]);
  });

  it("is rejected of two at a time, however far apart their epochs", () => {
    const one = world();
    one.holds(5, "e1", 1, 50);
    expect(one.holds(49, "e2", 2, 100)).toEqual(["SINGLE: e1 in epoch 1 and e2 in 2"]);
  });

  it("goes by each executor's own clock", () => {
    const one = world();
    one.holds(5, "e1", 1, 50);
    one.client("e1").clock = 49;
    expect(one.holds(90, "e2", 2, 150)).toEqual(["SINGLE: e1 in epoch 1 and e2 in 2"]);
  });

  it("is judged when the weather changes clocks, too", () => {
    const one = world();
    one.holds(5, "e1", 1, 50);
    one.client("e1").clock = 50;
    one.holds(50, "e2", 2, 100);
    one.client("e1").clock = 40;
    expect(one.event(60, { on: "n1" })).toEqual([]);
    expect(one.event(60, { kind: "fault begins" })).toHaveLength(1);
  });

  it("is not about other clients", () => {
    const one = world();
    one.holds(5, "e1", 1, 50);
    expect(one.holds(6, "c1", 1, 50)).toEqual([]);
  });
});

describe("that epochs are new", () => {
  const world = () => new Lent(epochsAreNew("EPOCH", SUBJECT));

  it("is accepted of renewals in time, of a release, and of the epoch after it", () => {
    const one = world();
    expect(one.shows(0, 1, ["a", 1, 0])).toEqual([]);
    expect(one.shows(59, 2, ["a", 1, 59])).toEqual([]);
    expect(one.shows(70, 3, ["a", 1, 59], { isReleased: true })).toEqual([]);
    expect(one.shows(71, 4, ["b", 2, 71])).toEqual([]);
  });

  it("is accepted of a server that is behind", () => {
    const one = world();
    one.shows(0, 1, ["a", 1, 0]);
    one.shows(61, 2, ["b", 2, 61]);
    expect(one.shows(62, 1, ["a", 1, 0], { server: "n2" })).toEqual([]);
  });

  it("is accepted of leases that nobody has had, or that have another name", () => {
    const one = world();
    one.node("n1").applied = 7;
    one.node("n1").machine.state.leases.set("m", {
      ...{ life: "a", epoch: 9, renewedAt: 0, expiresAt: 60, isReleased: false },
    });
    expect(one.event(1, { on: "n1" })).toEqual([]);
    expect(one.event(1, { kind: "fault begins" })).toEqual([]);
  });

  it.each([
    ["falls", ["b", 1, 70], {}, "epoch 1 after 2"],
    ["is another life's", ["b", 2, 59], {}, "epoch 2 of a is b's"],
    ["is renewed when it is over", ["a", 2, 60], {}, "epoch 2 goes on 0 ms after it was over"],
  ] as const)("is rejected of one that %s", (_, shown, options, says) => {
    const one = world();
    one.shows(0, 1, ["a", 2, 0]);
    expect(one.shows(70, 2, shown, options)).toEqual([`EPOCH: ${says}`]);
  });

  it("is rejected of one that goes on after it was given back", () => {
    const one = world();
    one.shows(0, 1, ["a", 1, 0]);
    one.shows(5, 2, ["a", 1, 0], { isReleased: true });
    const says = "EPOCH: epoch 1 goes on after it was given back";
    expect(one.shows(6, 3, ["a", 1, 6])).toEqual([says]);
  });
});

describe("that only holders give a lease back", () => {
  const world = () => new Lent(onlyHoldersRelease("RELEASE", SUBJECT));

  it("is accepted of who does not act any more", () => {
    const one = world();
    one.holds(0, "e1", 1, 58);
    one.shows(0, 1, ["a", 1, 0]);
    one.gaveUp(10, "e1");
    expect(one.shows(11, 2, ["a", 1, 0], { isReleased: true })).toEqual([]);
  });

  it("is accepted of an epoch in which nobody acts", () => {
    const one = world();
    one.holds(0, "e1", 2, 58);
    expect(one.shows(11, 2, ["a", 1, 0], { isReleased: true })).toEqual([]);
  });

  it("is rejected when who acts in that epoch has not done it", () => {
    const one = world();
    one.holds(0, "e1", 1, 58);
    one.shows(0, 1, ["a", 1, 0]);
    const says = "RELEASE: e1 acts in epoch 1, which was given back";
    expect(one.shows(11, 2, ["a", 1, 0], { isReleased: true })).toEqual([says]);
  });
});

describe("that standbys wait", () => {
  const world = () => new Lent(standbysWait("WAIT", SUBJECT, { ttl: 60, margin: 2 }));

  it("is accepted when the lease was not renewed for long enough, or was given back", () => {
    const one = world();
    one.shows(0, 1, ["a", 1, 0]);
    expect(one.shows(58, 2, ["b", 2, 58])).toEqual([]);
    expect(one.shows(60, 3, ["b", 2, 58], { isReleased: true })).toEqual([]);
    expect(one.shows(61, 4, ["a", 3, 61])).toEqual([]);
  });

  it("is rejected when another has a lease that was renewed just before", () => {
    const one = world();
    one.shows(0, 1, ["a", 1, 0]);
    one.shows(10, 2, ["a", 1, 10]);
    const says = "WAIT: epoch 2 begins 0.057 ms after a renewal of the last one";
    expect(one.shows(67, 3, ["b", 2, 67])).toEqual([says]);
  });

  it("is accepted of a standby that has waited for one ttl of its own clock", () => {
    const one = world();
    one.client("e2").clock = 5;
    one.event(5, { on: "e2", kind: "start" });
    expect(one.holds(65, "e2", 1, 120)).toEqual([]);
  });

  it("is rejected of a standby that has not, in any of its lives", () => {
    const one = world();
    one.client("e2").clock = 100;
    one.event(100, { on: "e2", kind: "start" });
    const says = "WAIT: e2 has the lease 0.059 ms after its start";
    expect(one.holds(159, "e2", 1, 200)).toEqual([says]);
  });

  it("is not about who is no standby", () => {
    const one = world();
    one.event(0, { on: "e1", kind: "start" });
    expect(one.holds(1, "e1", 1, 58)).toEqual([]);
  });
});

describe("that a takeover is timely", () => {
  const times = { ttl: 60, poll: 10, commit: 5, until: 1_000 };
  const world = () => new Lent(takeoverIsTimely("TAKEOVER", SUBJECT, times));

  it("is accepted of renewals and takeovers up to their time, and measures those", () => {
    const one = world();
    one.shows(500, 1, ["a", 1, 500]);
    expect(one.shows(575, 2, ["b", 2, 575])).toEqual([]);
    expect(one.shows(600, 3, ["b", 2, 600])).toEqual([]);
    expect(one.metrics.state.samples.get("takeoverMs")).toEqual([0.075]);
  });

  it("is accepted while nobody has had the lease yet", () => {
    expect(world().event(900, { on: "n1" })).toEqual([]);
  });

  it("is rejected when nobody has the lease in time", () => {
    const one = world();
    one.shows(0, 1, ["a", 1, 0]);
    expect(one.event(75, { on: "e1" })).toEqual([]);
    expect(one.event(76, { on: "e1" })).toEqual(["TAKEOVER: nobody has the lease at 0.076 ms"]);
  });

  it("is rejected when it comes too late", () => {
    const one = world();
    one.shows(0, 1, ["a", 1, 0]);
    expect(one.shows(76, 2, ["b", 2, 76])).toEqual(["TAKEOVER: nobody has the lease at 0.076 ms"]);
  });

  it("is asked for a poll after the lease was given back", () => {
    const one = world();
    one.shows(0, 1, ["a", 1, 0]);
    one.shows(20, 2, ["a", 1, 0], { isReleased: true });
    expect(one.event(35, { on: "n1" })).toEqual([]);
    expect(one.event(36, { on: "n1" })).toHaveLength(1);
  });

  it("is asked for up to a time", () => {
    const one = world();
    one.shows(926, 1, ["a", 1, 926]);
    expect(one.event(2_000, { on: "n1" })).toEqual([]);
  });
});

describe("what is measured of a lease", () => {
  it("is how long somebody could act, and how long several", () => {
    const one = new Lent(measureHolding(SUBJECT));
    one.holds(1_000, "e1", 1, 99_000);
    one.holds(5_000, "e2", 2, 99_000);
    one.gaveUp(7_000, "e1");
    one.gaveUp(9_000, "e2");
    one.end(11_000);
    expect(one.metrics.gauged("executorsActiveMax")).toBe(2);
    expect(one.metrics.gauged("overlapMs")).toBe(2);
    expect(one.metrics.gauged("heldShare")).toBe(800);
  });

  it("is nothing when nobody could ever act", () => {
    const one = new Lent(measureHolding(SUBJECT));
    one.event(5, { on: "e1" });
    one.end(10);
    expect(one.metrics.gauged("heldShare")).toBe(0);
    expect(one.metrics.gauged("executorsActiveMax")).toBe(0);
  });

  it("is whether a single look at a time misses the executor", () => {
    const missed = new Lent(measureSingleLook("missed", "e2", 50));
    missed.event(50, { on: "n1" });
    missed.holds(51, "e2", 1, 100);
    expect(missed.metrics.gauged("missed")).toBe(1);

    const found = new Lent(measureSingleLook("missed", "e2", 50));
    found.holds(49, "e2", 1, 100);
    found.event(52, { on: "n1" });
    found.gaveUp(53, "e2");
    expect(found.metrics.gauged("missed")).toBe(0);
  });
});
