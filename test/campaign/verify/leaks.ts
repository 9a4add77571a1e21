// Ten ways to let something besides the plan decide, each on one host at one event: the third tick
// of n2. This module is loaded by the process of the verifier as well.

import { threadId } from "node:worker_threads";
import type { Env, Node, NodeId } from "../../../src/sim/env.ts";
import { defineScenario, type Scenario } from "../../../src/sim/scenario.ts";
import { ms } from "../../../src/sim/time.ts";

interface Note {
  readonly text: string;
}

interface Memory {
  ticks: number;
  heard: number;
  text: string;
}

type Leak = (env: Env<Note>, node: Node<Note, Memory>) => void;

/** By id, the env of the node that was started last. */
const envs = new Map<NodeId, Env<Note>>();

const SERVERS = ["n1", "n2", "n3"];
const LEAKY: NodeId = "n2";
const LEAKY_TICK = 3;

/** Ticks, and writes to all others at each tick. */
class Clerk implements Node<Note, Memory> {
  state: Memory = { ticks: 0, heard: 0, text: "" };
  readonly #env: Env<Note>;
  readonly #leak: Leak;

  constructor(env: Env<Note>, leak: Leak) {
    this.#env = env;
    this.#leak = leak;
  }

  onStart(): void {
    envs.set(this.#env.id, this.#env);
    this.#env.setTimer("tick", ms(this.#env.random.int(5, 15)));
  }

  onMessage(_from: NodeId, { text }: Note): void {
    this.state.heard++;
    this.#env.emit("heard", text);
  }

  onTimer(): void {
    this.state.ticks++;
    this.onStart();
    for (const id of SERVERS.filter((other) => other !== this.#env.id)) {
      this.#env.send(id, { text: `tick ${this.state.ticks}${this.state.text}` });
    }
    if (this.#env.id === LEAKY && this.state.ticks === LEAKY_TICK) this.#leak(this.#env, this);
  }
}

function clerks(name: string, leak: Leak): Scenario {
  return defineScenario<Note, Clerk>({
    name,
    about: "Three servers write to each other.",
    plan: () => ({ servers: SERVERS, faults: [], horizon: ms(200) }),
    server: (env) => new Clerk(env, leak),
    invariants: () => [],
  });
}

const numbers = new WeakMap<object, number>();
let lastNumber = 0;
let runs = 0;
let isWarm = false;

const deeds = {
  noLeak() {},

  wallClock(env: Env<Note>) {
    env.emit("stamp", { at: Date.now() });
  },

  unseededRandom(env: Env<Note>) {
    env.send("n1", { text: String(Math.random()) });
  },

  keyOrder(env: Env<Note>) {
    env.send("n3", { text: Object.keys(process.env)[0] ?? "none" });
  },

  realTimer(env: Env<Note>) {
    setTimeout(function ring() {
      env.send("n1", { text: "late" });
    }, 30);
  },

  promiseRace(env: Env<Note>) {
    const runners = ["a", "b"].map(async (name) => name);
    void Promise.race(runners).then(function finish(winner) {
      env.send("n1", { text: winner });
    });
  },

  environmentVariable(env: Env<Note>) {
    if (process.env.STORMGLASS_LEAK === "hello") env.setTimer("greet", ms(1));
  },

  locale(env: Env<Note>) {
    env.emit("amount", (1234.5).toLocaleString());
  },

  address(env: Env<Note>, node: Node<Note, Memory>) {
    if (!numbers.has(node)) numbers.set(node, ++lastNumber);
    env.send("n3", { text: `object ${numbers.get(node)}` });
  },

  moduleState(env: Env<Note>) {
    runs++;
    env.setTimer("tick", ms(runs));
  },

  workerId(env: Env<Note>) {
    env.send("n1", { text: `worker ${threadId} of ${process.pid}` });
  },

  /** The first run in a process is another than all later ones. */
  warmCache(env: Env<Note>) {
    if (!isWarm) env.emit("miss");
    isWarm = true;
  },

  /** What leaks goes into the memory, and leaves it only with the messages of the next tick. */
  leakIntoState(_env: Env<Note>, { state }: Node<Note, Memory>) {
    state.text = ` at ${Date.now()}`;
  },

  /** One node has another's env. */
  foreignEnv(env: Env<Note>) {
    envs.get("n1")?.emit("by", env.id);
  },
} satisfies Record<string, Leak>;

export type LeakName = keyof typeof deeds;

/** The scenarios, in the order of what leaks in them. */
export const scenarios: readonly Scenario[] = Object.entries(deeds).map(([name, leak]) =>
  clerks(name, leak),
);

/** The scenario in which that leaks. */
export function leaking(name: LeakName): Scenario {
  return scenarios.find((scenario) => scenario.name === name)!;
}
