import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/sim/assert.ts";
import { completePlan } from "../../../src/sim/complete-plan.ts";
import type { Env, Node, Operation } from "../../../src/sim/env.ts";
import type { Fault } from "../../../src/sim/fault.ts";
import type { Conduct } from "../../../src/sim/host/program.ts";
import type { Plan } from "../../../src/sim/plan.ts";
import { defineScenario, type PlanParts } from "../../../src/sim/scenario.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import { ms, us } from "../../../src/sim/time.ts";
import { formatTrace } from "../../../src/sim/trace.ts";

/** Speaks each ms, from 1 ms on: truths, or lies, or, at even ticks, shouts. */
class Speaker implements Node<never, { ticks: number }> {
  state = { ticks: 0 };
  readonly #env: Env<never>;
  readonly #conduct: Conduct;

  constructor(env: Env<never>, conduct: Conduct) {
    this.#env = env;
    this.#conduct = conduct;
  }

  onStart(): void {
    this.#env.setTimer("tick", ms(1));
  }

  onMessage(): void {}

  onTimer(): void {
    this.state.ticks++;
    this.#speak(this.state.ticks % 2 === 0);
    this.onStart();
  }

  onOperation(_: Operation): void {
    this.#speak(false);
  }

  #speak(isEven: boolean): void {
    if (this.#conduct("lies")) this.#env.emit("lie");
    else if (isEven && this.#conduct("shouts")) this.#env.emit("shout");
    else this.#env.emit("truth");
  }
}

const scenario = defineScenario<never, Speaker>({
  name: "speakers",
  about: "Two servers that speak all the time, and a client that speaks when it is asked.",
  plan: () => ({ servers: ["n1", "n2"], faults: [], horizon: ms(8) }),
  server: (env, _, conduct) => new Speaker(env, conduct),
  client: (env, _, conduct) => new Speaker(env, conduct),
  behaviours: ["lies", "shouts"],
  targets: {
    late: ({ servers }) =>
      servers.filter(({ node }) => node?.state.ticks === 5).map(({ id }) => id),
  },
  invariants: () => [],
});

/** On n1, from half a millisecond before a tick to half a millisecond after another. */
const byzantine = (behaviour: string, first: number, last: number, host = "n1"): Fault => ({
  ...{ kind: "byzantine", hosts: [host], behaviour },
  ...{ at: ms(first) - us(500), lasting: ms(last - first + 1) },
});

function planned(faults: readonly Fault[], more: Partial<PlanParts<undefined>> = {}): Plan {
  const parts = { seed: "1", servers: ["n1", "n2"], settings: undefined, horizon: ms(8) };
  return completePlan(scenario, { ...parts, faults, ...more });
}

function ran(...given: Parameters<typeof planned>): Simulation<never> {
  const simulation = scenario.simulate(planned(...given), { trace: true });
  simulation.run(ms(8));
  return simulation;
}

/** What a host has said at each tick, `.` for a truth. */
function said({ trace }: Simulation<never>, host = "n1"): string {
  const words = new Map([
    ["truth", "."],
    ["lie", "l"],
    ["shout", "S"],
  ]);
  return trace
    .filter((entry) => entry.kind === "emit" && entry.host === host)
    .map(({ payload }) => words.get((payload as { readonly event: string }).event))
    .join("");
}

function account(simulation: Simulation<never>): unknown {
  return simulation.faults.get("byzantine");
}

describe("byzantine", () => {
  it("turns the program on its hosts while it lasts, and no other", () => {
    const simulation = ran([byzantine("lies", 3, 5)]);
    expect(said(simulation)).toBe("..lll...");
    expect(said(simulation, "n2")).toBe("........");
    expect(account(simulation)).toEqual({ offered: 1, injected: 1, effective: 1 });
  });

  it("says yes to its own behaviour, and several to several", () => {
    expect(said(ran([byzantine("shouts", 1, 6)]))).toBe(".S.S.S..");
    const both = ran([byzantine("shouts", 1, 6), byzantine("lies", 2, 3)]);
    expect(said(both)).toBe(".llS.S..");
    expect(account(both)).toEqual({ offered: 2, injected: 2, effective: 2 });
  });

  it("is effective when the program has behaved so, and not when it could not", () => {
    expect(account(ran([byzantine("shouts", 3, 3)]))).toMatchObject({ effective: 0 });
    expect(account(ran([byzantine("shouts", 4, 4)]))).toMatchObject({ effective: 1 });
  });

  it("is counted where several overlap: the behaviour ends with the last of them", () => {
    const simulation = ran([byzantine("lies", 2, 4), byzantine("lies", 3, 6)]);
    expect(said(simulation)).toBe(".lllll..");
    expect(account(simulation)).toMatchObject({ effective: 2 });
  });

  it("is judged by its own deeds where several overlap", () => {
    const early = ran([byzantine("shouts", 1, 4), byzantine("shouts", 1, 1)]);
    expect(said(early)).toBe(".S.S....");
    expect(account(early)).toMatchObject({ injected: 2, effective: 1 });
  });

  it("outlasts a restart, as it is the machine that has fallen", () => {
    const stop: Fault = { kind: "stop", hosts: ["n1"], at: us(3_400), lasting: us(200) };
    const simulation = ran([byzantine("lies", 2, 5), stop]);
    // Three ticks, and those of the second life from 4.6 ms on.
    expect(said(simulation)).toBe(".lll...");
    expect(simulation.hosts[0]!.life).toBe(2);
  });

  it("strikes clients too", () => {
    const operations = [1, 2].map((at) => ({
      ...{ at: ms(at) - us(250), client: "c1", operation: { id: `o${at}` } },
    }));
    const simulation = ran([byzantine("lies", 1, 1, "c1")], { clients: ["c1"], operations });
    expect(said(simulation, "c1").slice(0, 4)).toBe("ll..");
  });

  it("waits for its target, and does not reach into the calm then", () => {
    const late = byzantine("lies", 1, 4, "late");
    expect(said(ran([late], { calm: ms(7) + us(500) }))).toBe(".....ll.");
  });

  it("reaches into the calm when it was planned to", () => {
    expect(said(ran([byzantine("lies", 3, 7)], { calm: ms(4) }))).toBe("..lllll.");
  });

  it("goes on from a snapshot, with what it has done", () => {
    const faults = [byzantine("lies", 3, 3), byzantine("shouts", 2, 5)];
    const whole = ran(faults);
    const first = scenario.simulate(planned(faults));
    first.run(ms(4) - us(250));
    const fork = scenario.simulate(planned(faults), { trace: true }, first.snapshot());
    fork.run(ms(8));
    expect(said(fork)).toBe("S....");
    expect(fork.fingerprint).toBe(whole.fingerprint);
    expect(account(fork)).toEqual(account(whole));
    expect(account(fork)).toMatchObject({ effective: 2 });
  });

  it("is the same run, recorded and strict", () => {
    const faults = [byzantine("lies", 3, 4)];
    const recorded = scenario.simulate(planned(faults), { record: true, strict: true });
    recorded.run(ms(8));
    expect(recorded.fingerprint).toBe(ran(faults).fingerprint);
  });

  it("can be begun by hand", () => {
    const simulation = scenario.simulate(planned([]), { trace: true });
    const hosts = ["n2"];
    simulation.at(us(1_500)).byzantine({ hosts, behaviour: "lies" }).for(ms(2));
    simulation.run(ms(8));
    expect(said(simulation, "n2")).toBe(".ll.....");
    expect(formatTrace(simulation.trace)).toContain("n2 Byzantine: lies");
    const begin = (): void => simulation.at(ms(9)).byzantine({ hosts, behaviour: "lie" }).for(1);
    expect(begin).toThrow(
      new UsageError(
        "weather at 9 ms.behaviour: expected one of lies, shouts, " +
          'got "lie", did you mean lies?',
      ),
    );
  });

  it("is refused in a plan when the scenario does not declare it", () => {
    expect(() => planned([byzantine("shout", 1, 2)])).toThrow(
      new UsageError(
        "plan.faults[0].behaviour: expected one of lies, shouts, " +
          'got "shout", did you mean shouts?',
      ),
    );
  });

  it("is refused in a simulation that has no behaviours, or one of them twice", () => {
    const make = (behaviours: readonly string[]) =>
      new Simulation({
        ...{ seed: "1", servers: { n1: (env: Env<never>) => new Speaker(env, () => false) } },
        ...{ faults: [byzantine("lies", 1, 2)], behaviours },
      });
    expect(() => make([])).toThrow(
      new UsageError("faults[0].kind: expected another, as the scenario declares no behaviours"),
    );
    expect(() => make(["lies", "lies"])).toThrow(
      new UsageError('behaviours: expected distinct ids, got "lies" twice'),
    );
  });
});
