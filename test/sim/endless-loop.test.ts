import { expect, it } from "vitest";
import { EVENTS_AT_ONE_INSTANT_MAX } from "../../src/sim/endless-loop.ts";
import type { Env, Node } from "../../src/sim/env.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";

type Message = { readonly type: "ping" };

const network = { latency: constant(0) };
const idle = (): Node<Message> => ({ state: undefined, onStart: () => {}, onMessage: () => {} });
const sleeper = (env: Env<Message>, timer: string, delay: number): Node<Message> => ({
  ...idle(),
  onStart: () => env.setTimer(timer, 5),
  onTimer: () => env.setTimer(timer, delay),
});

it("names the node and the timer for which time stands still", () => {
  const servers = { n1: (env: Env<Message>) => sleeper(env, "retry", 0), n2: idle };
  const simulation = new Simulation<Message>({ seed: "1", servers });
  simulation.run(1_000);
  expect(simulation.violation).toMatchObject({
    invariant: "ENDLESS-LOOP",
    host: "n1",
    at: 5,
    message:
      "100000 events at 0.005 ms without time moving on; of the last 1000: n1: timer retry (1000x)",
  });
});

it("names all who take part, by the types of their messages", () => {
  const player = (env: Env<Message>): Node<Message> => ({
    ...idle(),
    onStart: () => env.id === "n1" && env.send("n2", { type: "ping" }),
    onMessage: (from) => env.send(from, { type: "ping" }),
  });
  const simulation = new Simulation<Message>({
    ...{ seed: "1", network, servers: { n1: player, n2: player } },
  });
  simulation.run(1_000);
  const names = ["n1: deliver ping (500x)", "n2: deliver ping (500x)"];
  for (const name of names) expect(simulation.violation?.message).toContain(name);
});

it("names a sync by its token, and a message without a type by what happens to it", () => {
  const writer = (env: Env<unknown>): Node<unknown> => ({
    ...{ state: undefined, onMessage: () => {} },
    onStart: () => env.disk.sync("log"),
    onSynced: (token) => {
      env.disk.sync(token);
      env.send("n1", [1]);
    },
  });
  const disk = { syncLatency: constant(0), sectorBytes: 512 };
  const simulation = new Simulation<unknown>({
    ...{ seed: "1", network, disk, servers: { n1: writer } },
  });
  simulation.run(1_000);
  expect(simulation.violation?.message).toContain("n1: synced log (500x)");
  expect(simulation.violation?.message).toContain("n1: deliver (500x)");
});

it("takes many events for no loop as long as time moves on", () => {
  const servers = { n1: (env: Env<Message>) => sleeper(env, "tick", 1) };
  const simulation = new Simulation<Message>({ seed: "1", servers });
  simulation.run(EVENTS_AT_ONE_INSTANT_MAX + 100);
  expect(simulation.violation).toBeUndefined();
  expect(simulation.steps).toBeGreaterThan(EVENTS_AT_ONE_INSTANT_MAX);
});
