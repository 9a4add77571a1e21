import { describe, expect, it } from "vitest";
import type { Env, Node } from "../../src/sim/env.ts";
import type { Fault } from "../../src/sim/fault.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import type { SimulationOptions } from "../../src/sim/simulation-options.ts";
import { Timeline } from "../../src/sim/timeline.ts";

interface Memory {
  count: number;
  readonly votes: Map<string, number>;
  readonly peers: Set<string>;
  log: { term: number; bytes: Uint8Array }[];
  last: unknown;
}

interface Message {
  readonly entries: Memory["log"];
}

/** Counts a tick every 10 us, and at the second tells its peer all that it knows. */
const counter = (env: Env<Message>): Node<Message, Memory> => ({
  state: { count: 0, votes: new Map(), peers: new Set(), log: [], last: undefined },
  onStart: () => env.setTimer("tick", 10),
  onTimer() {
    this.state.count++;
    this.state.votes.set(env.id, this.state.count);
    this.state.peers.add(env.id);
    this.state.log.push({ term: this.state.count, bytes: Uint8Array.of(this.state.count) });
    if (this.state.count === 2)
      env.send(env.id === "n1" ? "n2" : "n1", { entries: [...this.state.log] });
    if (this.state.count < 4) env.setTimer("tick", 10);
  },
  onMessage(_from, message) {
    this.state.last = message.entries;
  },
});

const network = { latency: constant(5) };
const crash: Fault = { kind: "crash", at: 35, lasting: 10, hosts: ["n2"] };

function simulate(more: Partial<SimulationOptions<Message>> = {}): Simulation<Message> {
  const servers = { n1: counter, n2: counter };
  const simulation = new Simulation<Message>({ seed: "1", servers, network, ...more });
  simulation.run(100);
  return simulation;
}

const recorded = simulate({ record: true });
const timeline = recorded.timeline!;
const stepsOf = (host: string): number[] =>
  timeline.steps.filter((step) => step.host === host).map(({ step }) => step);
const bytesOf = (count: number): Memory["log"][number] => ({
  term: count,
  bytes: Uint8Array.of(count),
});

describe("a recorded run", () => {
  it.each([[{}], [{ faults: [crash] }], [{ strict: true }]])(
    "has the fingerprint of the same run unrecorded: %o",
    (more) => {
      expect(simulate({ ...more, record: true }).fingerprint).toBe(simulate(more).fingerprint);
      expect(simulate({ ...more, record: "drafts" }).fingerprint).toBe(simulate(more).fingerprint);
    },
  );

  it("is the only one that has a timeline", () => {
    expect(simulate().timeline).toBeUndefined();
    expect(simulate({ record: "drafts" }).timeline).toBeUndefined();
  });

  it("sends what the sender knew then, not what it has learned since", () => {
    const [first] = recorded.hosts;
    expect(first!.node).toMatchObject({ state: { last: [bytesOf(1), bytesOf(2)] } });
  });

  it.each([true, "drafts"] as const)("refuses a state that is no plain data: %s", (record) => {
    class Ledger {
      readonly total = 0;
    }
    const program = (): Node<Message> => ({
      state: new Ledger(),
      onStart: () => {},
      onMessage: () => {},
    });
    const simulation = new Simulation<Message>({
      ...{ seed: "1", servers: { n1: program }, record },
    });
    expect(() => simulation.run(1)).toThrow("state: expected plain data, got an instance");
  });

  it("keeps what a handler did before it threw, and can still be snapshotted", () => {
    const program = (): Node<Message, { count: number }> => ({
      state: { count: 0 },
      onStart() {
        this.state.count = 7;
        throw new RangeError("seven");
      },
      onMessage: () => {},
    });
    const simulation = new Simulation<Message, Node<Message>>({
      ...{ seed: "1", servers: { n1: program }, record: true },
    });
    simulation.run(10);
    expect(simulation.violation?.message).toBe("RangeError: seven");
    expect(simulation.timeline!.at(1)).toEqual(new Map([["n1", { count: 7 }]]));
    expect(simulation.snapshot().hosts[0]!.memory).toEqual({ count: 7 });
  });
});

describe("the timeline", () => {
  it("has a step for each handler that ran, with its number, time, host and kind", () => {
    const steps = timeline.steps.map(({ step, at, host, kind }) => [step, at, host, kind]);
    expect(steps.slice(0, 6)).toEqual([
      [1, 0, "n1", "start"],
      [2, 0, "n2", "start"],
      [3, 10, "n1", "timer"],
      [4, 10, "n2", "timer"],
      [5, 20, "n1", "timer"],
      [6, 20, "n2", "timer"],
    ]);
    expect(steps.length).toBe(12);
  });

  it("shows every node's state after any step, however much has happened since", () => {
    const counts = timeline.steps.map(({ step }) =>
      [...timeline.at(step)].map(([host, state]) => `${host}=${(state as Memory).count}`).join(" "),
    );
    expect(counts).toEqual([
      ...["n1=0", "n1=0 n2=0", "n1=1 n2=0", "n1=1 n2=1", "n1=2 n2=1", "n1=2 n2=2"],
      ...["n1=2 n2=2", "n1=2 n2=2"],
      ...["n1=3 n2=2", "n1=3 n2=3", "n1=4 n2=3", "n1=4 n2=4"],
    ]);
  });

  it("shows states whole: lists, maps, sets and bytes", () => {
    expect(timeline.at(5).get("n1")).toEqual({
      count: 2,
      votes: new Map([["n1", 2]]),
      peers: new Set(["n1"]),
      log: [bytesOf(1), bytesOf(2)],
      last: undefined,
    });
  });

  it("is empty before the first step, and stays as it is after the last", () => {
    expect(timeline.at(0)).toEqual(new Map());
    expect(timeline.at(10_000)).toEqual(timeline.at(12));
  });

  it("shows states that nobody can change", () => {
    const state = timeline.at(5).get("n1") as Memory;
    expect(() => state.count++).toThrow(TypeError);
    expect(() => state.log.push(bytesOf(9))).toThrow(TypeError);
    expect(() => state.votes.set("n9", 9)).toThrow("frozen");
  });

  it("may be looked at while the run goes on, which it does not disturb", () => {
    const servers = { n1: counter, n2: counter };
    const simulation = new Simulation<Message>({ seed: "1", servers, network, record: true });
    while (simulation.step(100)) simulation.timeline!.at(simulation.steps);
    expect(simulation.violation).toBeUndefined();
    expect(simulation.fingerprint).toBe(simulate().fingerprint);
  });

  it("shares what a step has not changed", () => {
    const [first, , third] = stepsOf("n1").map((step) => timeline.at(step).get("n1") as Memory);
    expect(third!.log[0]).toBe((timeline.at(stepsOf("n1")[1]!).get("n1") as Memory).log[0]);
    expect(third!.log).not.toBe(first!.log);
  });

  it("shows of a host that is down the last state that it had", () => {
    const broken = simulate({ record: true, faults: [crash] }).timeline!;
    const down = broken.steps.filter(({ host }) => host === "n2").map(({ at }) => at);
    const before = broken.steps.findLast(({ host, at }) => host === "n2" && at < 35)!;
    const during = broken.steps.find(({ at }) => at >= 40)!;
    expect(down).toContain(45);
    expect(broken.at(during.step).get("n2")).toEqual(before.state);
    expect((before.state as Memory).count).toBe(3);
  });
});

describe("the difference of two steps", () => {
  it("names each change by host and path, with both values", () => {
    expect(timeline.diff(4, 5)).toEqual([
      { host: "n1", path: ["count"], before: 1, after: 2 },
      { host: "n1", path: ["votes", "n1"], before: 1, after: 2 },
      { host: "n1", path: ["log", "1"], before: undefined, after: bytesOf(2) },
    ]);
  });

  it("goes backwards as well", () => {
    expect(timeline.diff(5, 4)).toEqual([
      { host: "n1", path: ["count"], before: 2, after: 1 },
      { host: "n1", path: ["votes", "n1"], before: 2, after: 1 },
      { host: "n1", path: ["log", "1"], before: bytesOf(2), after: undefined },
    ]);
  });

  it("is of all hosts that changed in between", () => {
    const hosts = timeline.diff(2, 4).map(({ host, path }) => `${host} ${path.join(".")}`);
    expect(hosts).toEqual([
      ...["n1 count", "n1 votes.n1", "n1 peers.n1", "n1 log.0"],
      ...["n2 count", "n2 votes.n2", "n2 peers.n2", "n2 log.0"],
    ]);
  });

  it("has a whole state where there was none", () => {
    const [change] = timeline.diff(1, 2);
    expect(change).toMatchObject({ host: "n2", path: [], before: undefined, after: { count: 0 } });
  });

  it("takes bytes and texts for values, and a member of a set for a part", () => {
    const own = new Timeline();
    const step = { at: 0, host: "n1", kind: "timer" } as const;
    own.push({ ...step, step: 1, state: { bytes: Uint8Array.of(1, 2), peers: new Set(["n2"]) } });
    own.push({ ...step, step: 2, state: { bytes: Uint8Array.of(1, 3), peers: new Set(["n3"]) } });
    expect(own.diff(1, 2)).toEqual([
      { host: "n1", path: ["bytes"], before: Uint8Array.of(1, 2), after: Uint8Array.of(1, 3) },
      { host: "n1", path: ["peers", "n2"], before: "n2", after: undefined },
      { host: "n1", path: ["peers", "n3"], before: undefined, after: "n3" },
    ]);
  });

  it("of a step with itself is nothing", () => {
    expect(timeline.diff(7, 7)).toEqual([]);
  });
});
