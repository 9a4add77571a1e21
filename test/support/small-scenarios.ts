// Scenarios of a few events, for tests of what many runs are made into.

import type { Env, Node } from "../../src/sim/env.ts";
import type { Fault, FaultKind } from "../../src/sim/fault.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { defineScenario, type Goal, type Scenario } from "../../src/sim/scenario.ts";
import { reachable } from "../../src/sim/temporal/sometimes.ts";
import { ms } from "../../src/sim/time.ts";

export interface TickingOptions {
  readonly name?: string;
  /** Seeds whose runs break TICKS at their tenth event. */
  readonly brokenSeeds?: readonly string[];
  /** What a server emits at each tick. */
  readonly onTick?: (env: Env<never>) => void;
  readonly expects?: readonly string[];
  readonly assertions?: () => readonly Invariant<Ticker>[];
  readonly goals?: readonly Goal[];
  readonly sites?: readonly string[];
  readonly faults?: readonly Fault[];
  readonly immuneTo?: readonly FaultKind["kind"][];
}

export class Ticker implements Node<never, { ticks: number }> {
  state = { ticks: 0 };
  readonly #env: Env<never>;
  readonly #onTick: (env: Env<never>) => void;

  constructor(env: Env<never>, onTick: (env: Env<never>) => void) {
    this.#env = env;
    this.#onTick = onTick;
  }

  onStart(): void {
    this.#env.setTimer("tick", ms(this.#env.random.int(1, 9)));
  }

  onMessage(): void {}

  onTimer(): void {
    this.state.ticks++;
    this.#onTick(this.#env);
    this.onStart();
  }
}

/** Two servers that tick for 100 ms, each at times of its own. */
export function ticking({
  name = "ticking",
  brokenSeeds = [],
  onTick = (env) => env.emit("tick"),
  expects = [],
  assertions = () => [],
  goals = [],
  sites = [],
  faults = [],
  immuneTo = [],
}: TickingOptions = {}): Scenario {
  return defineScenario<never, Ticker>({
    name,
    about: "Two servers tick.",
    goals,
    sites,
    immuneTo,
    plan: () => ({ servers: ["n1", "n2"], faults, horizon: ms(100) }),
    server: (env) => new Ticker(env, onTick),
    invariants: ({ seed }) => [
      ...expects.map(reachable),
      ...assertions(),
      {
        name: "TICKS",
        onStep: ({ step }) =>
          step === 10 && brokenSeeds.includes(seed) ? "ten events are too many" : undefined,
      },
    ],
  });
}

/** A scenario whose servers share a counter, which each run takes over from the run before. */
export function leaking(name = "leaking"): Scenario {
  let ticks = 0;
  return ticking({
    name,
    onTick: (env) => {
      ticks++;
      env.emit("tick", { ticks });
    },
  });
}

/** A scenario, and what it was asked for: `plan` with a seed, `run` or `recorded run` of a seed. */
export function spied(scenario: Scenario): { readonly scenario: Scenario; readonly log: string[] } {
  const log: string[] = [];
  const simulate: Scenario["simulate"] = (plan, options, snapshot) => {
    log.push(`${options?.record ? "recorded run" : "run"} ${plan.seed}`);
    return scenario.simulate(plan, options, snapshot);
  };
  return { scenario: { ...scenario, simulate }, log };
}
