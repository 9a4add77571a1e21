import { describe, expect, it } from "vitest";
import {
  allHaveApplied,
  equalStates,
  everyoneCatchesUp,
  measureResends,
  type ReplicaView,
} from "../../src/invariants/replicated.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** A server that has applied all of its log, unless it is told otherwise. */
class Replica implements ReplicaView {
  role = "follower";
  commit = 0;
  stateHash = 0;
  applied: number;
  readonly commands: readonly (string | undefined)[];

  constructor(...commands: readonly (string | undefined)[]) {
    this.commands = commands;
    this.applied = commands.length;
  }

  get lastIndex(): number {
    return this.commands.length;
  }

  entryAt(index: number): { readonly command: unknown } {
    return { command: this.commands[index - 1] };
  }
}

function replicasUnder(invariant: Invariant<Replica>, ...replicas: readonly Replica[]) {
  const ids = replicas.map((replica, i): [string, Replica] => [`n${i + 1}`, replica]);
  return new HandMadeWorld<Replica>([invariant], Object.fromEntries(ids));
}

describe("that all have applied what was asked for", () => {
  const full = () => new Replica(undefined, "a.1", "b.1");

  /** What is said of n1, which has all, and this one, after the deadline. */
  function judge(replica: Replica): string[] {
    const expected = ["a", "b"];
    const contentOf = (command: unknown) => String(command).slice(0, 1);
    const invariant = allHaveApplied<Replica>("APPLIED", { by: seconds(1) }, expected, contentOf);
    const world = replicasUnder(invariant, full(), replica);
    expect(world.event(seconds(1))).toEqual([]);
    return world.event(seconds(2));
  }

  it("is accepted of the same commands in the same order", () => {
    expect(judge(full())).toEqual([]);
  });

  it("is accepted of one whose log goes on behind what it has applied", () => {
    const replica = new Replica("a.1", "b.1", "c.1");
    replica.applied = 2;
    expect(judge(replica)).toEqual([]);
  });

  it("is accepted of blanks and of retries", () => {
    expect(judge(new Replica("a.1", undefined, "a.2", "b.1", "a.1"))).toEqual([]);
  });

  it.each([
    [new Replica("a.1"), "n2 has applied 1 of 2"],
    [new Replica("b.1", "a.1"), "n2 has applied 1 of 2, and another one at index 1"],
    [new Replica("a.1", "c.1"), "n2 has applied 1 of 2, and another one at index 2"],
    [new Replica("a.1", "b.1", "c.1"), "n2 has applied 2 of 2, and another one at index 3"],
  ])("is rejected of %#", (replica, message) => {
    expect(judge(replica)).toEqual([`APPLIED: not by 1 s: ${message}`]);
  });

  it("is rejected of what is in the log and not applied", () => {
    const replica = new Replica("a.1", "b.1");
    replica.applied = 1;
    expect(judge(replica)).toHaveLength(1);
  });

  it("is rejected of a server that is down", () => {
    const contentOf = (command: unknown) => String(command);
    const invariant = allHaveApplied<Replica>("APPLIED", { by: seconds(1) }, ["a"], contentOf);
    const world = replicasUnder(invariant, new Replica("a"), new Replica("a"));
    world.host("n2").node = undefined;
    expect(world.event(seconds(1))).toEqual([]);
    expect(world.event(seconds(2))).toEqual(["APPLIED: not by 1 s: n2 is down"]);
  });
});

describe("that states are equal", () => {
  function judge(...machines: readonly (readonly [number, number])[]): string[] {
    const replicas = machines.map(([applied, stateHash]) =>
      Object.assign(new Replica(), { applied, stateHash }),
    );
    return replicasUnder(equalStates("EQUAL"), ...replicas).end(0);
  }

  it("is accepted of equal states, and of different ones at different places", () => {
    expect(judge([2, 7], [1, 8], [2, 7])).toEqual([]);
  });

  it("is rejected of different states at one place", () => {
    expect(judge([2, 7], [3, 9], [2, 8])).toEqual([
      "EQUAL: n1 and n3 have applied 2 entries and differ",
    ]);
  });

  it("does not ask those that are down", () => {
    const world = replicasUnder(equalStates("EQUAL"), new Replica(), new Replica());
    world.node("n1").stateHash = 1;
    world.host("n2").node = undefined;
    expect(world.end(0)).toEqual([]);
  });
});

describe("that everyone catches up", () => {
  function behind() {
    const deadline = { from: ms(100), by: ms(500) };
    const world = replicasUnder(everyoneCatchesUp("LEVEL", deadline), new Replica(), new Replica());
    Object.assign(world.node("n1"), { commit: 3, applied: 3 });
    Object.assign(world.node("n2"), { commit: 1, applied: 1 });
    return world;
  }

  it("is accepted when the last one has applied what any has committed, and measured", () => {
    const world = behind();
    expect(world.event(ms(100))).toEqual([]);
    world.node("n2").applied = 3;
    expect(world.event(ms(350))).toEqual([]);
    expect(world.event(ms(600))).toEqual([]);
    expect(world.metrics.state.gauges.get("caughtUpAfterMs")).toBe(250);
  });

  it("is rejected when one lags behind", () => {
    const world = behind();
    world.event(ms(100));
    expect(world.event(ms(501))).toEqual([
      "LEVEL: not by 500 ms: n1 has applied 3, n2 has applied 1",
    ]);
    expect(world.metrics.state.gauges.has("caughtUpAfterMs")).toBe(false);
  });

  it("is rejected when one is down", () => {
    const world = behind();
    world.host("n2").node = undefined;
    world.event(ms(100));
    expect(world.event(ms(501))).toEqual([
      "LEVEL: not by 500 ms: n1 has applied 3, n2 has applied nothing",
    ]);
  });
});

describe("the measure of entries sent again", () => {
  function append(to: string, ...indexes: readonly number[]) {
    return { to, message: { type: "append", entries: indexes.map((index) => ({ index })) } };
  }

  /** n2 comes back with one entry while the leader has three, and is sent these messages. */
  function measure(...sent: readonly ReturnType<typeof append>[]) {
    const leader = Object.assign(new Replica("a", "b", "c"), { role: "leader" });
    const world = replicasUnder(measureResends(), leader, new Replica("a"), new Replica("a"));
    world.event(0, { on: "n1", sent: [append("n2", 1, 2)] });
    world.host("n2").life = 2;
    world.event(0, { on: "n2", kind: "start" });
    for (const message of sent) world.event(0, { on: "n1", sent: [message] });
    world.end(0);
    return Object.fromEntries(world.metrics.state.gauges);
  }

  it("counts none when just the missing ones are sent", () => {
    const { entriesMissing, entriesSentInVain } = measure(append("n2", 2), append("n2", 3));
    expect({ entriesMissing, entriesSentInVain }).toEqual({
      entriesMissing: 2,
      entriesSentInVain: 0,
    });
  });

  it("counts those sent twice, not later ones and not another server's", () => {
    const sent = [append("n2", 1, 2, 3), append("n2", 3, 4, 5), append("n3", 1, 2)];
    expect(measure(...sent).entriesSentInVain).toBe(2);
  });

  it("says nothing of a run in which nobody restarts", () => {
    const world = replicasUnder(measureResends(), new Replica("a"));
    world.event(0, { on: "n1", kind: "start" });
    world.end(0);
    expect(world.metrics.state.gauges.size).toBe(0);
  });
});
