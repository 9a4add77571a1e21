import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultDiskOptions } from "../../src/sim/disk/disk-options.ts";
import type { Fault } from "../../src/sim/fault.ts";
import { clog, flapping, isolate, oneWay } from "../../src/sim/faults/cuts-by-hand.ts";
import { defaultClockOptions } from "../../src/sim/host/clock.ts";
import { defaultCpuOptions } from "../../src/sim/host/cpu.ts";
import type { Invariant, World } from "../../src/sim/invariant.ts";
import { defaultNetworkOptions } from "../../src/sim/network/network-options.ts";
import { plainWire } from "../../src/sim/network/wire.ts";
import { uniform } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import type { SimulationOptions } from "../../src/sim/simulation-options.ts";
import type { Snapshot } from "../../src/sim/snapshot.ts";
import { eventually, leadsTo } from "../../src/sim/temporal/liveness.ts";
import { always, alwaysAtMost } from "../../src/sim/temporal/safety.ts";
import { sometimes } from "../../src/sim/temporal/sometimes.ts";
import { type ScriptedNode, scripted } from "../support/scripted.ts";

const HORIZON = 400;

/** Uses all there is: chance, timers, messages, files, syncs and observations. */
const server = scripted({
  onStart: (env) => {
    env.setTimer("write", env.random.int(1, 20));
    env.setTimer("far", 20_000);
  },
  onTimer: (env, name) => {
    env.disk.append("log", Uint8Array.of(env.random.int(0, 255)));
    env.disk.sync(String(env.now()));
    env.emit("wrote", { size: env.disk.read("log")!.length });
    env.setTimer(name, env.buggify("dawdle") ? 15 : env.random.int(1, 20));
  },
  onSynced: (env, token) => env.send(env.id === "n1" ? "n2" : "n1", token),
});
const client = scripted({
  onOperation: (env, operation) => {
    env.emit("invoke", { id: operation.id, operation });
    env.send("n1", operation.id);
    env.setTimer(operation.id, 30);
  },
  onTimer: (env, id) => env.emit("info", { id }),
});
const between = { from: ["n1"], to: ["n2"], bothWays: true };
const faults: readonly Fault[] = [
  { ...{ kind: "crash", hosts: ["n1"] }, at: 40, lasting: 30 },
  { ...isolate(["n2"]), at: 50, lasting: 60 },
  { ...{ kind: "stop", hosts: ["late"] }, at: 60, lasting: 30 },
  { ...oneWay(["n1"], ["n2"]), at: 180, lasting: 60 },
  { ...clog({ from: ["n2"], to: ["everybody"], bothWays: true }), at: 230, lasting: 40 },
  { ...flapping(between, { down: 15, up: 10 }, { inFlight: "hold" }), at: 280, lasting: 90 },
];

/** Options with invariants of their own, as these keep state. */
function options(): SimulationOptions<string, ScriptedNode> & { readonly seed: string } {
  return {
    seed: "1",
    servers: { n1: server, n2: server },
    clients: { c1: client },
    files: {},
    network: { ...defaultNetworkOptions, latency: uniform(1, 40), loss: 0.1, duplication: 0.2 },
    wire: plainWire,
    // Slow, so that syncs are under way whenever a host goes down.
    clocks: defaultClockOptions,
    // Their events wait for each other at any time.
    cpu: { ...defaultCpuOptions, hosts: { n2: uniform(1, 9) }, shared: [["n1", "n2"]] },
    buggify: ["dawdle"],
    disk: { ...defaultDiskOptions, syncLatency: uniform(20, 60), sectorBytes: 4 },
    operations: [10, 20, 150].map((at) => ({ at, client: "c1", operation: { id: `o${at}` } })),
    targets: { late: ({ now }) => (now < 130 ? [] : ["n1"]) },
    faults,
    invariants: [
      eventually(
        "BOTH",
        ({ servers }) => servers.every(({ node }) => (node?.state.heard.length ?? 0) > 3),
        { from: 200, by: HORIZON },
      ),
      leadsTo(
        "ANOTHER",
        ({ server, emitted }) => (emitted.length > 0 ? server?.id : undefined),
        ({ server, emitted }) => (emitted.length === 0 ? server?.id : undefined),
        { within: HORIZON },
      ),
      alwaysAtMost("HEARD", ({ server }) => server?.node?.state.heard.length, 1_000),
      sometimes("late", ({ now }) => now > HORIZON / 2),
      counting(),
    ],
    calm: HORIZON,
    behaviours: [],
    ...{ record: false, strict: false, trace: false, witness: undefined, eventsMax: 100_000 },
  };
}

/** Counts events in its state, and holds it against the run's own count. */
function counting(): Invariant<ScriptedNode> {
  const invariant = {
    ...{ name: "COUNT", state: { events: 0 } },
    onStep: (): undefined => void invariant.state.events++,
    onEnd: ({ step }: World<ScriptedNode>) =>
      invariant.state.events === step ? undefined : `${invariant.state.events} of ${step} events`,
  };
  return invariant;
}

const begin = (snapshot?: Snapshot): Simulation<string, ScriptedNode> =>
  new Simulation(options(), snapshot);

function finish(simulation: Simulation<string, ScriptedNode>): unknown {
  simulation.run(HORIZON);
  simulation.end();
  return {
    fingerprint: simulation.fingerprint,
    steps: simulation.steps,
    violation: simulation.violation,
    faults: simulation.faults,
    metrics: simulation.metrics.state,
    evidence: simulation.evidence,
    history: simulation.history.state,
    hosts: simulation.hosts.map(({ life, node }) => [life, node?.state.heard]),
    files: simulation.hosts.map((host) => host.durable("log")?.bytes),
  };
}

function afterSteps(steps: number): Simulation<string, ScriptedNode> {
  const simulation = begin();
  for (let i = 0; i < steps; i++) simulation.step(HORIZON);
  return simulation;
}

const whole = begin();
const ending = finish(whole);

it("of a run that has seen something: crashes, cuts, losses, copies, syncs and all else", () => {
  expect(whole.steps).toBeGreaterThan(150);
  expect(whole.violation).toBeUndefined();
  expect([...whole.faults.values()].every(({ effective }) => effective === 1)).toBe(true);
  expect([...whole.faults.keys()].slice(-2)).toEqual(["network loss", "network duplication"]);
  expect(whole.history.returned.length).toBeGreaterThan(0);
});

describe("a run that goes on from a snapshot", () => {
  const arbitraryStep = fc.integer({ min: 0, max: whole.steps });

  it("ends as if it had never stopped, wherever the snapshot was taken", () => {
    const property = fc.property(arbitraryStep, (step) => {
      expect(finish(begin(afterSteps(step).snapshot()))).toEqual(ending);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it("ends so also from a snapshot of a snapshot, kept as another copy", () => {
    const property = fc.property(arbitraryStep, fc.nat(50), (step, more) => {
      const second = begin(afterSteps(step).snapshot());
      for (let i = 0; i < more; i++) second.step(HORIZON);
      expect(finish(begin(structuredClone(second.snapshot())))).toEqual(ending);
    });
    fc.assert(property, { numRuns: 40 });
  });

  it("shares nothing with the run before it, or with another from the same snapshot", () => {
    const first = afterSteps(80);
    const snapshot = first.snapshot();
    expect(finish(first)).toEqual(ending);
    expect(finish(begin(snapshot))).toEqual(ending);
    expect(finish(begin(snapshot))).toEqual(ending);
  });

  it("can be recorded although the run before it was not", () => {
    const recorded = new Simulation({ ...options(), record: true }, afterSteps(80).snapshot());
    finish(recorded);
    expect(recorded.fingerprint).toBe(whole.fingerprint);
    expect(recorded.timeline!.steps[0]!.step).toBeGreaterThan(80);
  });

  it("knows where it stands before its first event", () => {
    const first = afterSteps(80);
    const rest = begin(first.snapshot());
    expect([rest.steps, rest.now, rest.fingerprint]).toEqual([
      ...[first.steps, first.now, first.fingerprint],
    ]);
  });

  it("of a run that is over has nothing left to do", () => {
    const broken = {
      ...options(),
      invariants: [always<ScriptedNode>("TO-100", ({ now }) => now < 100)],
    };
    const first = new Simulation(broken);
    first.run(HORIZON);
    const rest = new Simulation(broken, first.snapshot());
    rest.run(HORIZON);
    expect(first.violation?.invariant).toBe("TO-100");
    expect(rest.violation).toEqual(first.violation);
    expect(rest.fingerprint).toBe(first.fingerprint);
  });
});
