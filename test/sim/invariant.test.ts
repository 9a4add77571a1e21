import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/sim/fault.ts";
import { oneWay } from "../../src/sim/faults/cuts-by-hand.ts";
import { defaultClockOptions } from "../../src/sim/host/clock.ts";
import type { Invariant, World } from "../../src/sim/invariant.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import { always } from "../../src/sim/temporal/safety.ts";
import { type ScriptedNode, scripted } from "../support/scripted.ts";

const HORIZON = 100;
/** An event at 0, and then at 10, 20 and so on, each a timer. */
const ticking = scripted({
  onStart: (env) => env.setTimer("tick", 10),
  onTimer: (env) => env.setTimer("tick", 10),
});
/** An event at 0, and nothing after it. */
const silent = scripted();

type Simulated = Simulation<string, ScriptedNode>;

function simulate(invariants: readonly Invariant<ScriptedNode>[], program = ticking): Simulated {
  const simulation = new Simulation({ seed: "1", servers: { n1: program }, invariants });
  simulation.run(HORIZON);
  simulation.end();
  return simulation;
}

describe("of several invariants", () => {
  it("the first that is violated is told, and the run is over", () => {
    const { violation, now, steps } = simulate([
      always("TO-40", ({ now }) => now < 40),
      always("TO-20", ({ now }) => now < 20),
      always("TO-20 as well", ({ now }) => now < 20),
    ]);
    expect(violation?.invariant).toBe("TO-20");
    expect([now, steps]).toEqual([20, 3]);
  });

  it("those at the end are not asked after a violation", () => {
    const asked: number[] = [];
    const atEnd: Invariant<ScriptedNode> = {
      name: "AT-END",
      onEnd: ({ now }) => void asked.push(now),
    };
    simulate([always("TO-20", ({ now }) => now < 20), atEnd]);
    expect(asked).toEqual([]);
    simulate([atEnd]);
    expect(asked).toEqual([HORIZON]);
  });
});

describe("the world that an invariant sees", () => {
  const inTouch = scripted({
    onStart: (env) => {
      env.send("n2", "hello");
      env.send("c1", "hello, too");
    },
  });
  const faults: readonly Fault[] = [
    { ...oneWay(["n1"], ["n2"], { inFlight: "deliver" }), at: 50, lasting: 20 },
  ];
  const see = <Seen>(look: (world: World<ScriptedNode>) => Seen): Seen[] => {
    const seen: Seen[] = [];
    const simulation = new Simulation<string, ScriptedNode>({
      seed: "1",
      servers: { n1: inTouch, n2: silent },
      clients: { c1: scripted({ onStart: (env) => env.send("n1", "ask") }) },
      network: { latency: constant(5) },
      faults,
      invariants: [{ name: "LOOK", onStep: (world) => void seen.push(look(world)) }],
    });
    simulation.run(HORIZON);
    return seen;
  };

  it("is true time, and the number of the event", () => {
    expect(see(({ now, step }) => [step, now])).toEqual([
      ...[1, 2, 3].map((step) => [step, 0]),
      ...[4, 5, 6].map((step) => [step, 5]),
      ...[
        [7, 50],
        [8, 70],
      ],
    ]);
  });

  it("is what has just happened: where, from whom, and with what", () => {
    const seen = see(({ event }) => [event.kind, event.host?.id, event.from, event.payload]);
    expect(seen).toEqual([
      ["start", "n1", undefined, undefined],
      ["start", "n2", undefined, undefined],
      ["start", "c1", undefined, undefined],
      ["deliver", "n2", "n1", "hello"],
      ["deliver", "c1", "n1", "hello, too"],
      ["deliver", "n1", "c1", "ask"],
      ["fault begins", undefined, undefined, faults[0]],
      ["fault ends", undefined, undefined, faults[0]],
    ]);
  });

  it("is a sync by its token, and a timer by its name", () => {
    const seen: unknown[] = [];
    const n1 = scripted({
      onStart: (env) => env.disk.sync("log"),
      onSynced: (env) => env.setTimer("tick", 1),
    });
    const simulation = new Simulation({
      ...{ seed: "1", servers: { n1 } },
      invariants: [{ name: "LOOK", onStep: ({ event }) => void seen.push(event.payload) }],
    });
    simulation.run(10_000);
    expect(seen).toEqual([undefined, "log", "tick"]);
  });

  it("is the messages that left in this step, and no longer those of the one before", () => {
    const seen = see(({ sent }) => sent.map(({ to, message }) => `${message} to ${to}`));
    expect(seen.slice(0, 4)).toEqual([["hello to n2", "hello, too to c1"], [], ["ask to n1"], []]);
  });

  it("is the servers and not the clients; the one concerned, if it is a server", () => {
    expect(see(({ servers }) => servers.map(({ id }) => id))[0]).toEqual(["n1", "n2"]);
    const concerned = see(({ server }) => server?.id);
    expect(concerned).toEqual(["n1", "n2", undefined, "n2", undefined, "n1", undefined, undefined]);
  });

  it("is the clients, whatever they run", () => {
    expect(see(({ clients }) => clients.map(({ id, role }) => [id, role]))[0]).toEqual([
      ["c1", "client"],
    ]);
  });

  it("is what each host's own clock shows", () => {
    const shown: unknown[] = [];
    const simulation = new Simulation({
      ...{ seed: "1", servers: { n1: ticking, n2: silent } },
      clocks: { ...defaultClockOptions, hosts: { n2: { offset: 0, driftPpm: 500_000 } } },
      faults: [{ kind: "crash", hosts: ["n2"], at: 46, lasting: 10 }],
      invariants: [
        {
          name: "LOOK",
          onStep: ({ now, servers }) => void shown.push([now, servers.map((host) => host.now())]),
        },
      ],
    });
    simulation.run(60);
    // A clock of its own counts from 0 when the machine is switched on.
    expect(shown.slice(2)).toEqual([
      ...[10, 20, 30, 40, 46, 50, 56].map((now) => [now, [now, now * 1.5]]),
      ...[56, 60].map((now) => [now, [now, (now - 56) * 1.5]]),
    ]);
  });

  it("is the nodes' memory, after the event", () => {
    const heard = see(({ servers }) => servers[1]!.node?.state.heard.length);
    expect(heard).toEqual([undefined, 1, 1, 2, 2, 2, 2, 2]);
  });

  it("is every cut, in its direction", () => {
    expect(see(({ isCut }) => isCut("n1", "n2")).slice(-3)).toEqual([false, true, false]);
    expect(see(({ isCut }) => isCut("n2", "n1"))).not.toContain(true);
  });

  it.each([false, true])("is whole at the end of a run, traced or not: %s", (trace) => {
    const seen: unknown[] = [];
    const look: Invariant<ScriptedNode> = {
      name: "LOOK",
      onEnd: ({ now, step, server, sent }) => void seen.push([now, step, server, [...sent]]),
    };
    const simulation = new Simulation({
      ...{ seed: "1", servers: { n1: ticking }, invariants: [look], trace },
    });
    simulation.run(HORIZON);
    simulation.end();
    expect(seen).toEqual([[HORIZON, 11, undefined, []]]);
  });
});
