// Two servers and a client that use all that a host has, under faults of hosts and clocks.

import fc from "fast-check";
import type { Env } from "../../src/sim/env.ts";
import { checkFault, type Fault } from "../../src/sim/fault.ts";
import type { Conduct } from "../../src/sim/host/program.ts";
import { uniform } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import type { GivenOptions } from "../../src/sim/simulation-options.ts";
import type { Snapshot } from "../../src/sim/snapshot.ts";
import { faultNames } from "../../src/sim/targets.ts";
import { type ScriptedNode, scripted } from "./scripted.ts";

/** When the last fault has ended. */
export const CALM = 3_000;
/** When all that they left behind is done with. */
export const HORIZON = 6_000;

export type BusyRun = Simulation<string, ScriptedNode>;

const server = scripted({
  onStart: (env) => {
    env.setTimer("work", 40);
    env.setTimer("dawdle", 1_000);
    env.emit("gauge", { name: "files", bytes: env.disk.list().length * 10 });
  },
  onTimer: (env, name) => {
    env.disk.append("log", Uint8Array.of(env.random.int(0, 255)));
    env.disk.sync(String(env.now()));
    env.send(env.id === "n1" ? "n2" : "n1", `wall ${env.wallClock()}`);
    env.setTimer(name, env.random.int(20, 60));
    if (env.random.chance(1 / 4)) env.cancelTimer("dawdle");
  },
  onSynced: (env, token) => {
    env.emit("gauge", { name: "log", bytes: env.disk.sizeOf("log") % 64 });
    env.send(env.id === "n1" ? "n2" : "n1", token);
  },
  onMessage: (env, from, message) => {
    if (from === "c1") env.send("c1", message);
    env.setTimer("dawdle", 100);
  },
});
/** The server, which says so when it lies. */
const lyingServer = (env: Env<string>, conduct: Conduct): ScriptedNode => {
  const node = server(env);
  return {
    ...node,
    onMessage(from, message) {
      if (conduct("lies")) env.send(from, `not ${message}`);
      else node.onMessage.call(this, from, message);
    },
  };
};
const client = scripted({
  onOperation: (env: Env<string>, operation) => {
    env.emit("invoke", { id: operation.id, operation });
    env.send("n1", operation.id);
    env.setTimer(operation.id, 300);
  },
  onTimer: (env, id) => env.emit("info", { id }),
});

/** The simulation, at its beginning or at a snapshot. */
export function busy(
  faults: readonly Fault[],
  more: Partial<GivenOptions<string, ScriptedNode>> = {},
  snapshot?: Snapshot,
): BusyRun {
  const options = {
    seed: "1",
    servers: { n1: lyingServer, n2: lyingServer },
    behaviours: ["lies", "is silent"],
    clients: { c1: client },
    network: { latency: uniform(1, 40), loss: 0.05, duplication: 0.05 },
    disk: { syncLatency: uniform(5, 60), damagedHostsMax: 3 },
    clocks: { hosts: { n2: { offset: -1_000, driftPpm: 123_457 } } },
    operations: Array.from({ length: 20 }, (_, i) => {
      return { at: i * 200, client: "c1", operation: { id: `o${i}` } };
    }),
    faults,
    ...{ calm: CALM, eventsMax: 100_000 },
  };
  return new Simulation({ ...options, ...more }, snapshot);
}

const arbitraryHosts = fc.uniqueArray(fc.constantFrom("n1", "n2", "c1"), { minLength: 1 });
const arbitraryPpm = fc.integer({ min: -500_000, max: 1_000_000 });
const arbitraryBody = fc.oneof(
  fc.record({ kind: fc.constantFrom("crash", "stop", "wipe", "pause") }),
  fc.record({ kind: fc.constantFrom("clockDrift", "clockSlew"), ppm: arbitraryPpm }),
  fc.record({ kind: fc.constant("clockStep"), by: fc.integer({ min: -1_000, max: 1_000 }) }),
  fc.record({ kind: fc.constant("memoryLimit"), bytesMax: fc.constant(40) }),
  fc.record({
    kind: fc.constant("byzantine"),
    behaviour: fc.constantFrom("lies", "is silent"),
  }),
  fc.nat(30).map((max) => ({ kind: "slowCpu", perEvent: uniform(0, max) })),
  fc.record({
    kind: fc.constant("crashPoint"),
    point: fc.constantFrom("before sync", "after sync", "between sends", "emit gauge"),
    after: fc.nat(5),
  }),
);

/** Faults of every kind of hosts and clocks, which overlap and are over when the calm begins. */
export const arbitraryFaults: fc.Arbitrary<readonly Fault[]> = fc.array(
  fc
    .tuple(arbitraryBody, arbitraryHosts, fc.nat(CALM - 1), fc.nat(CALM))
    .map(([body, hosts, at, lasting]) => {
      const whole = { ...body, hosts, at, lasting: Math.min(lasting + 1, CALM - at) };
      return checkFault(
        whole,
        "fault",
        faultNames(["n1", "n2", "c1"], {}, ["lies", "is silent"]),
        CALM,
      );
    }),
  { maxLength: 8 },
);
