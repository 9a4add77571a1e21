import { describe, expect, it } from "vitest";
import { withoutHosts } from "../../../src/campaign/shrink/hosts.ts";
import { type Shrunk, shrink } from "../../../src/campaign/shrink/shrink.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import type { Env } from "../../../src/sim/env.ts";
import type { World } from "../../../src/sim/invariant.ts";
import { constant } from "../../../src/sim/random/distribution.ts";
import { defineScenario, plan, run, type Scenario } from "../../../src/sim/scenario.ts";
import { ms } from "../../../src/sim/time.ts";
import { type ScriptedNode, scripted } from "../../support/scripted.ts";

interface Ring {
  readonly ring: readonly string[];
  readonly weightOf: Readonly<Record<string, { readonly heavy: boolean }>>;
  readonly about: string;
}

const SERVERS = ["n1", "n2", "n3", "n4", "n5"];

/** Each server of a ring, of so many at least, greets all of it; n4 must not hear of n2. */
function greeting(ringMin: number): Scenario {
  return defineScenario<string, ScriptedNode, Ring>({
    name: "greeting",
    about: "Servers that greet each other.",
    plan: () => ({
      servers: SERVERS,
      settings: {
        ring: SERVERS,
        weightOf: Object.fromEntries(SERVERS.map((id) => [id, { heavy: id === "n3" }])),
        about: "n1",
      },
      faults: [],
      horizon: ms(100),
    }),
    checkSettings: (value, path) => {
      // What this scenario has drawn, with fewer names.
      const settings = value as Ring;
      if (settings.ring.length >= ringMin) return settings;
      throw new UsageError(`${path}.ring: expected ${ringMin}, got ${settings.ring.length}`);
    },
    server: (env: Env<string>, { settings }) =>
      scripted({
        onStart: () => {
          for (const id of settings.ring) if (id !== env.id) env.send(id, "hello");
        },
      })(env),
    invariants: () => [
      {
        name: "STRANGERS",
        onStep: ({ servers }: World<ScriptedNode>) => {
          const heard = servers.find(({ id }) => id === "n4")?.node?.state.heard ?? [];
          return heard.includes("hello from n2") ? "n4 hears of n2" : undefined;
        },
      },
    ],
  });
}

function shrunkOf(scenario: Scenario): Shrunk {
  return shrink(scenario, plan(scenario, "1"), { isOver: () => false });
}

describe("a server that is left out", () => {
  it("is left out of what the settings list and hold by its name, and of nothing else", () => {
    const { servers, settings } = shrunkOf(greeting(0)).plan;

    expect(servers).toEqual(["n2", "n4"]);
    expect(settings).toEqual({
      ring: ["n2", "n4"],
      weightOf: { n2: { heavy: false }, n4: { heavy: false } },
      about: "n1",
    });
  });

  it("has no disk, clock or processor of its own any more", () => {
    const scenario = greeting(0);
    const drawn = plan(scenario, "1");
    const differing = {
      ...drawn,
      disk: { ...drawn.disk, hosts: { n1: constant(1), n2: constant(2) } },
      clocks: { ...drawn.clocks, hosts: { n1: { offset: 1, driftPpm: 0 } } },
      cpu: {
        ...{ ...drawn.cpu, hosts: { n1: constant(1), n2: constant(2) } },
        shared: [
          ["n1", "n2"],
          ["n3", "n4", "n5"],
        ],
      },
    };
    const { disk, clocks, cpu } = scenario.check(withoutHosts(differing, ["n1"]));

    expect(disk.hosts).toEqual({ n2: constant(2) });
    expect(clocks.hosts).toEqual({});
    expect(cpu.hosts).toEqual({ n2: constant(2) });
    expect(cpu.shared).toEqual([["n3", "n4", "n5"]]);
  });

  it("leaves a plan that is run without an exception", () => {
    const scenario = greeting(0);
    const { plan: shrunk } = shrunkOf(scenario);

    expect(run(scenario, shrunk, { only: [] }).violation).toBeUndefined();
  });

  it("is needed where the check refuses the settings without it", () => {
    const { servers, settings } = shrunkOf(greeting(4)).plan;

    expect(servers).toHaveLength(4);
    expect(settings).toMatchObject({ ring: servers });
  });
});
