import { describe, expect, it } from "vitest";
import { shrink } from "../../../src/campaign/shrink/shrink.ts";
import type { Env, Node, Operation } from "../../../src/sim/env.ts";
import type { Fault } from "../../../src/sim/fault.ts";
import type { World } from "../../../src/sim/invariant.ts";
import { defineScenario, plan, run } from "../../../src/sim/scenario.ts";
import { leadsTo } from "../../../src/sim/temporal/liveness.ts";
import { ms, seconds } from "../../../src/sim/time.ts";

/** Answers each request after 5 ms, but for those that it has in hand when it crashes. */
class Forgetful implements Node<string> {
  readonly state = {};
  readonly #env: Env<string>;

  constructor(env: Env<string>) {
    this.#env = env;
  }

  onStart(): void {}

  onMessage(_from: string, id: string): void {
    this.#env.setTimer(id, ms(5));
  }

  onTimer(id: string): void {
    this.#env.send("c1", id);
  }
}

/** Asks once, and takes what comes. */
class Asker implements Node<string> {
  readonly state = {};
  readonly #env: Env<string>;

  constructor(env: Env<string>) {
    this.#env = env;
  }

  onStart(): void {}

  onOperation({ id }: Operation): void {
    this.#env.emit("asked", { id });
    this.#env.send("n1", id);
  }

  onMessage(_from: string, id: string): void {
    this.#env.emit("answered", { id });
  }
}

const idsOf = (name: string) => (world: World) =>
  world.emitted
    .filter(({ event }) => event === name)
    .map(({ data }) => (data as { readonly id: string }).id);

const crash = (at: number): Fault => ({ kind: "crash", at, lasting: ms(50), hosts: ["n1"] });

const scenario = defineScenario<string, Node<string>>({
  name: "forgetful",
  about: "A server that forgets what it has in hand when it crashes.",
  plan: () => ({
    servers: ["n1"],
    clients: ["c1"],
    // They go on beyond the deadline of what is forgotten first.
    operations: Array.from({ length: 150 }, (_, i) => {
      return { at: ms(20 * i), client: "c1", operation: { id: `o${i}` } };
    }),
    faults: [crash(ms(201)), crash(ms(404)), crash(ms(650))],
    horizon: seconds(10),
  }),
  server: (env) => new Forgetful(env),
  client: (env) => new Asker(env),
  invariants: () => [
    leadsTo("ANSWERED", idsOf("asked"), idsOf("answered"), { within: seconds(2) }),
  ],
});

describe("a run that breaks a leads-to", () => {
  const { violation } = run(scenario, plan(scenario, "1"));

  it("is found at the deadline of the first trigger without an answer", () => {
    expect(violation).toMatchObject({ invariant: "ANSWERED", at: seconds(2) + ms(200) });
    expect(violation?.message).toBe(
      "what began at 200 ms (o10) was not answered within 2 s: nothing came of it",
    );
  });

  it("shrinks to a trigger and what keeps its answer away", () => {
    const shrunk = shrink(scenario, plan(scenario, "1"), { isOver: () => false });
    expect(shrunk.plan.operations).toHaveLength(1);
    expect(shrunk.plan.faults).toHaveLength(1);
    expect(shrunk.plan.servers).toEqual(["n1"]);
    expect(shrunk.violation.supposes).toEqual(["servers"]);
    // Nothing happens any more when the time is up, and yet it is the same failure.
    expect(shrunk.violation.at).toBe(shrunk.plan.operations[0]!.at + seconds(2));
  });
});
