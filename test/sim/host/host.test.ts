import { describe, expect, it } from "vitest";
import { defaultDiskOptions } from "../../../src/sim/disk/disk-options.ts";
import type { Env } from "../../../src/sim/env.ts";
import type { Fault } from "../../../src/sim/fault.ts";
import { constant, uniform } from "../../../src/sim/random/distribution.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import type { SimulationOptions } from "../../../src/sim/simulation-options.ts";
import {
  brief,
  heardBy,
  type Script,
  type ScriptedNode,
  scripted,
} from "../../support/scripted.ts";

const BYTES = Uint8Array.of(1, 2, 3);
/** Slow enough that a fault can come between a sync and its completion. */
const disk = { ...defaultDiskOptions, syncLatency: constant(10) };
const down = (kind: "crash" | "stop", at: number, lasting: number): Fault => ({
  kind,
  at,
  lasting,
  hosts: ["n1"],
});

/** One host, `n1`, and what befalls it. */
function simulate(
  script: Script,
  faults: readonly Fault[] = [],
  more: Partial<SimulationOptions<string, ScriptedNode>> = {},
): Simulation<string, ScriptedNode> {
  const servers = { n1: scripted(script) };
  return new Simulation({ seed: "1", servers, disk, faults, trace: true, ...more });
}

describe("a timer", () => {
  it("fires once, after its delay, by its name", () => {
    const simulation = simulate({
      onStart: (env) => {
        env.setTimer("late", 20);
        env.setTimer("soon", 5);
      },
    });
    simulation.run(100);
    expect(brief(simulation.trace)).toEqual(["0 n1 start", "5 n1 timer", "20 n1 timer"]);
    expect(heardBy(simulation, "n1")).toEqual(["start", "timer soon", "timer late"]);
  });

  it("that is set again fires at its new time only", () => {
    const simulation = simulate({
      onStart: (env) => {
        env.setTimer("poll", 5);
        env.setTimer("retry", 30_000);
        env.setTimer("poll", 50);
        env.setTimer("retry", 40_000);
        env.setTimer("poll", 60);
      },
    });
    simulation.run(100_000);
    expect(brief(simulation.trace).slice(1)).toEqual(["60 n1 timer", "40000 n1 timer"]);
  });

  it("can be set again while it fires", () => {
    const simulation = simulate({
      onStart: (env) => env.setTimer("tick", 10),
      onTimer: (env) => env.setTimer("tick", 10),
    });
    simulation.run(35);
    expect(heardBy(simulation, "n1")).toEqual(["start", "timer tick", "timer tick", "timer tick"]);
  });

  it("does not fire once it is cancelled, and to cancel it twice does no harm", () => {
    const simulation = simulate({
      onStart: (env) => {
        env.setTimer("tick", 10);
        env.cancelTimer("tick");
        env.cancelTimer("tick");
        env.cancelTimer("never set");
      },
    });
    simulation.run(100);
    expect(heardBy(simulation, "n1")).toEqual(["start"]);
    expect(simulation.violation).toBeUndefined();
  });

  it.each([-1, 0.5, Number.NaN])("refuses a delay of %d", (delay) => {
    const simulation = simulate({ onStart: (env) => env.setTimer("tick", delay) });
    simulation.run(1);
    expect(simulation.violation?.message).toBe(`AssertionError: not a delay: tick ${delay}`);
  });
});

describe("a crash", () => {
  it("takes memory, timers and syncs under way, and begins a new life at its end", () => {
    const simulation = simulate(
      {
        onStart: (env) => {
          if (env.now() > 0) return;
          env.setTimer("tick", 40);
          env.disk.append("log", BYTES);
          env.disk.sync("log");
        },
      },
      [down("crash", 5, 3), down("crash", 50, 3)],
    );
    simulation.run(5);
    expect(heardBy(simulation, "n1")).toBeUndefined();
    simulation.run(49);
    // Neither the sync of time 10 nor the timer of time 40 comes back in the life from 8 on.
    expect(heardBy(simulation, "n1")).toEqual(["start"]);
    expect(simulation.hosts[0]!.life).toBe(2);
    // What the first crash took is not there for the second one to take.
    simulation.run(100);
    expect(simulation.violation).toBeUndefined();
    expect(simulation.hosts[0]!.life).toBe(3);
  });

  it("leaves the next life what was synced, and of the rest what chance leaves", () => {
    const sizes = new Set<number | undefined>();
    for (const seed of Array.from({ length: 50 }, (_, i) => String(i))) {
      const simulation = simulate(
        {
          onStart: (env) => {
            if (env.now() > 0) sizes.add(env.disk.read("log")?.length);
            else writeAndSync(env);
          },
          onSynced: (env) => env.disk.append("log", BYTES),
        },
        [down("crash", 15, 10)],
        { seed },
      );
      simulation.run(100);
    }
    // 3 bytes were synced, 3 more were not; the tear of a sector's beginning leaves none of them.
    expect(sizes).toEqual(new Set([3, 6]));
  });

  it("of one that is down already adds up: it starts again when the last has ended", () => {
    const simulation = simulate({}, [down("crash", 5, 20), down("crash", 10, 5)]);
    simulation.run(100);
    expect(brief(simulation.trace).filter((line) => line.includes("start"))).toEqual([
      "0 n1 start",
      "25 n1 start",
    ]);
  });

  it("that ends at the instant at which a stop begins leaves the node down", () => {
    const simulation = simulate({}, [down("crash", 0, 7), down("stop", 7, 2)]);
    simulation.run(100);
    expect(brief(simulation.trace).filter((line) => line.includes("start"))).toEqual([
      "0 n1 start",
      "9 n1 start",
    ]);
  });

  it("keeps counting draws where they were: a life does not repeat the one before it", () => {
    const drawn: number[] = [];
    const simulation = simulate({ onStart: (env) => void drawn.push(env.random.int(0, 1e9)) }, [
      down("crash", 5, 10),
    ]);
    simulation.run(100);
    expect(drawn.length).toBe(2);
    expect(drawn[0]).not.toBe(drawn[1]);
  });
});

describe("a stop", () => {
  it("takes memory, timers and syncs under way, and not a byte of the files", () => {
    const read: unknown[] = [];
    const simulation = simulate(
      {
        onStart: (env) => {
          read.push(env.disk.read("log"));
          if (env.now() > 0) return;
          env.setTimer("tick", 40);
          writeAndSync(env);
        },
      },
      [down("stop", 5, 3)],
    );
    simulation.run(100);
    expect(read).toEqual([undefined, BYTES]);
    expect(heardBy(simulation, "n1")).toEqual(["start"]);
  });

  it("leaves what was not synced at the mercy of a later crash", () => {
    const left = new Set<number | undefined>();
    for (const seed of Array.from({ length: 50 }, (_, i) => String(i))) {
      const simulation = simulate(
        { onStart: (env) => void (env.now() === 0 && env.disk.append("log", BYTES)) },
        [down("stop", 5, 30), down("crash", 10, 5)],
        { seed },
      );
      simulation.run(20);
      left.add(simulation.hosts[0]!.durable("log")?.sizeBytes);
    }
    expect(left).toEqual(new Set([undefined, 0, 3]));
  });
});

describe("a sync", () => {
  it("comes back by its token after the disk's latency, and only then is durable", () => {
    const simulation = simulate({ onStart: writeAndSync });
    simulation.run(9);
    expect(simulation.hosts[0]!.durable("log")).toBeUndefined();
    simulation.run(10);
    expect(simulation.hosts[0]!.durable("log")?.sizeBytes).toBe(3);
    expect(heardBy(simulation, "n1")).toEqual(["start", "synced log"]);
  });

  it("covers what was written when it was called, and not what came while it was under way", () => {
    const simulation = simulate({
      onStart: (env) => {
        writeAndSync(env);
        env.disk.append("log", BYTES);
      },
    });
    simulation.run(100);
    expect(simulation.hosts[0]!.durable("log")?.sizeBytes).toBe(3);
  });

  it("takes a time within the disk's bounds, and may come after a later one", () => {
    const tokens = Array.from({ length: 50 }, (_, i) => String(i));
    const simulation = simulate(
      {
        onStart: (env) => {
          for (const token of tokens) env.disk.sync(token);
        },
      },
      [],
      { disk: { ...disk, syncLatency: uniform(3, 6) } },
    );
    simulation.run(100);
    const synced = simulation.trace.filter(({ kind }) => kind === "synced");
    expect(new Set(synced.map(({ at }) => at))).toEqual(new Set([3, 4, 5, 6]));
    expect(synced.map(({ payload }) => payload)).not.toEqual(tokens);
    expect(synced.length).toBe(50);
  });

  it("takes another time on a host whose disk differs", () => {
    const script: Script = { onStart: (env) => env.disk.sync("s") };
    const simulation = simulate(script, [], {
      servers: { n1: scripted(script), n2: scripted(script) },
      disk: { ...disk, hosts: { n2: constant(70) } },
    });
    simulation.run(100);
    expect(brief(simulation.trace).slice(2)).toEqual(["10 n1 synced", "70 n2 synced"]);
  });
});

describe("hosts that share a processor", () => {
  /** When a timer of `n1` that is due at 10 is handled, while its neighbour starts until 50. */
  const handledAt = (shared: readonly string[][], faults: readonly Fault[] = []) => {
    const simulation = simulate({ onStart: (env) => env.setTimer("t", 10) }, faults, {
      clients: { c1: scripted() },
      cpu: { perEvent: constant(0), hosts: { c1: constant(50) }, shared },
    });
    simulation.run(200);
    return brief(simulation.trace.filter(({ kind, host }) => kind === "timer" && host === "n1"));
  };
  const together = [["n1", "c1"]];

  it("wait for each other's events, and do not if each has its own", () => {
    expect(handledAt([])).toEqual(["10 n1 timer"]);
    expect(handledAt(together)).toEqual(["50 n1 timer"]);
  });

  it("go on as soon as the other one is no more", () => {
    const crash: Fault = { kind: "crash", at: 30, lasting: 100, hosts: ["c1"] };
    expect(handledAt(together, [crash])).toEqual(["30 n1 timer"]);
  });

  it("go on as soon as the other one stands still", () => {
    const pause: Fault = { kind: "pause", at: 20, lasting: 100, hosts: ["c1"] };
    expect(handledAt(together, [pause])).toEqual(["20 n1 timer"]);
  });
});

it("counts lives from 1, and shows no node while it is down", () => {
  const simulation = simulate({}, [down("stop", 5, 10)]);
  const [host] = simulation.hosts;
  expect(host!.life).toBe(0);
  simulation.run(0);
  expect([host!.life, host!.node === undefined]).toEqual([1, false]);
  simulation.run(5);
  expect([host!.life, host!.node === undefined]).toEqual([1, true]);
  simulation.run(15);
  expect([host!.life, host!.node === undefined]).toEqual([2, false]);
});

function writeAndSync(env: Env<string>): void {
  env.disk.append("log", BYTES);
  env.disk.sync("log");
}
