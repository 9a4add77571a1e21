import { describe, expect, it } from "vitest";
import type { Env } from "../../../src/sim/env.ts";
import { checkFault, type Fault, type FaultKind } from "../../../src/sim/fault.ts";
import { isolate } from "../../../src/sim/faults/cuts-by-hand.ts";
import type { World } from "../../../src/sim/invariant.ts";
import { constant, uniform } from "../../../src/sim/random/distribution.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import type { GivenOptions } from "../../../src/sim/simulation-options.ts";
import { faultNames } from "../../../src/sim/targets.ts";
import { type Script, type ScriptedNode, scripted } from "../../support/scripted.ts";

const BYTES = Uint8Array.of(1, 2, 3);
type Run = Simulation<string, ScriptedNode>;

/** `n1` with a script, and `n2`, which tells it the time every 100 us; links take 10 us. */
function simulate(
  n1: Script,
  faults: readonly Fault[],
  more: Partial<GivenOptions<string, ScriptedNode>> = {},
): Run {
  const n2: Script = {
    onStart: (env) => env.setTimer("tell", 100),
    onTimer: (env) => {
      env.send("n1", String(env.now()));
      env.setTimer("tell", 100);
    },
  };
  return new Simulation({
    ...{ seed: "1", servers: { n1: scripted(n1), n2: scripted(n2) }, faults, trace: true },
    ...{
      network: { latency: constant(10) },
      disk: { syncLatency: constant(20), damagedHostsMax: 1 },
    },
    ...more,
  });
}

const on = (kind: FaultKind, at: number, lasting: number): Fault => ({ ...kind, at, lasting });
const pause: FaultKind = { kind: "pause", hosts: ["n1"] };
const slow = (cost: number): FaultKind => ({
  ...{ kind: "slowCpu", hosts: ["n1"], perEvent: constant(cost) },
});
const point = (point: string, after = 0): FaultKind => {
  const given = { kind: "crashPoint", hosts: ["n1"], point, after, at: 0, lasting: 1 };
  const { at: _, lasting: __, ...kind } = checkFault(given, "fault", faultNames(["n1"], {}), 1);
  return kind;
};

/** What happened on n1 from the first microsecond on, as `310 deliver 300`. */
function seenBy(simulation: Run, kinds = /^(start|deliver|timer|synced|operation)$/): string[] {
  return simulation.trace
    .filter(({ host, kind, at }) => host === "n1" && kinds.test(kind) && at > 0)
    .map(({ at, kind, payload }) => `${at} ${kind}${payload === undefined ? "" : ` ${payload}`}`);
}

function effective(simulation: Run, kind: string): number | undefined {
  return simulation.faults.get(kind)?.effective;
}

/** Writes two files and syncs the first; says what it has heard, and what it finds at its start. */
const keeper: Script = {
  onStart: (env) => {
    env.emit("found", env.disk.list());
    env.disk.append("synced", BYTES);
    env.disk.sync("s");
    env.setTimer("more", 60);
  },
  onTimer: (env) => {
    env.disk.append("written", BYTES);
  },
};

describe.each(["crash", "stop"] as const)("%s", (kind) => {
  const down = (at: number, lasting: number): Fault => ({ kind, hosts: ["n1"], at, lasting });
  const foundBy = (simulation: Run): unknown[] =>
    simulation.trace
      .filter(({ host, kind: what }) => host === "n1" && what === "emit")
      .map(({ payload }) => (payload as { readonly data: unknown }).data);

  it("takes the node with its timers, and starts another one at its end", () => {
    const simulation = simulate(keeper, [down(50, 100)]);
    simulation.run(149);
    expect(simulation.hosts[0]!.node).toBeUndefined();
    simulation.run(400);
    // What n2 sends at 100 arrives at a dead host; a timer of the first life would fire at 60.
    expect(seenBy(simulation, /^(start|deliver|timer)$/)).toEqual([
      ...["150 start", "210 timer more", "210 deliver 200", "310 deliver 300"],
    ]);
    expect(simulation.hosts[0]!.life).toBe(2);
  });

  it("counts when a node was up, and not when none was", () => {
    const alone = simulate(keeper, [down(50, 100)]);
    alone.run(400);
    expect(effective(alone, kind)).toBe(1);
    const within = simulate(keeper, [down(50, 100), down(60, 20)]);
    within.run(400);
    expect(within.faults.get(kind)).toEqual({ offered: 2, injected: 2, effective: 1 });
    expect(within.hosts[0]!.life).toBe(2);
  });

  it(kind === "stop" ? "leaves all that was written" : "may take what was not synced", () => {
    const found = Array.from({ length: 30 }, (_, seed) => {
      const simulation = simulate(keeper, [down(70, 50)], { seed: String(seed) });
      simulation.run(200);
      return (foundBy(simulation)[1] as readonly string[]).join(" ");
    });
    const both = "synced written";
    expect([...new Set(found)].sort()).toEqual(kind === "stop" ? [both] : ["synced", both]);
  });
});

describe("wipe", () => {
  const writer: Script = {
    onStart: (env) => {
      env.emit("found", env.disk.list());
      env.disk.append("log", BYTES);
      env.disk.sync("log");
    },
  };
  const wipe: FaultKind = { kind: "wipe", hosts: ["n1"] };
  const found = (simulation: Run): unknown[] =>
    simulation.trace.filter(({ kind }) => kind === "emit").map(({ payload }) => payload);

  it("brings back another machine, whose disk is empty, and whose first write counts", () => {
    const simulation = simulate(writer, [on(wipe, 50, 30)]);
    simulation.run(90);
    expect(simulation.hosts[0]!.durable("log")).toBeUndefined();
    simulation.run(150);
    expect(found(simulation)).toEqual([
      { event: "found", data: [] },
      { event: "found", data: [] },
    ]);
    expect(simulation.hosts[0]!.durable("log")?.sizeBytes).toBe(3);
    expect(effective(simulation, "wipe")).toBe(1);
  });

  it("takes also what a disk was given before the first start", () => {
    const files = new Map([["format", BYTES.slice()]]);
    const simulation = simulate(writer, [on(wipe, 50, 30)], { files: { n1: files } });
    simulation.run(40);
    expect(simulation.hosts[0]!.durable("format")?.bytes).toEqual(BYTES);
    simulation.run(90);
    expect(found(simulation)).toEqual([
      { event: "found", data: ["format"] },
      { event: "found", data: [] },
    ]);
    expect(
      simulate(writer, [], { files: { n1: files } }).hosts[0]!.durable("format"),
    ).toBeDefined();
  });

  it("takes the files also of a host that is down, which is an effect, and nothing twice", () => {
    const stop: Fault = { kind: "stop", hosts: ["n1"], at: 40, lasting: 100 };
    const faults = [stop, on(wipe, 50, 30), on(wipe, 90, 10)];
    const simulation = simulate(writer, faults);
    simulation.run(200);
    expect(seenBy(simulation, /^start$/)).toEqual(["140 start"]);
    expect(found(simulation).at(-1)).toEqual({ event: "found", data: [] });
    expect(effective(simulation, "wipe")).toBe(1);
  });
});

it("a wipe takes what was not synced, for good", () => {
  const script: Script = {
    onStart: (env) => {
      env.disk.append(env.now() === 0 ? "old" : "new", BYTES);
      env.disk.sync("s");
    },
  };
  const simulation = simulate(script, [{ kind: "wipe", hosts: ["n1"], at: 5, lasting: 10 }]);
  simulation.run(90);
  const sizes = ["old", "new"].map((file) => simulation.hosts[0]!.durable(file)?.sizeBytes);
  expect(sizes).toEqual([undefined, 3]);
});

describe("pause", () => {
  it("lets all that comes wait, and hands it over at its end in order of arrival", () => {
    const simulation = simulate(
      {
        onStart: (env) => {
          env.setTimer("early", 150);
          env.setTimer("late", 405);
        },
        onMessage: (env, _from, message) => {
          if (message === "100") env.disk.sync("s");
        },
      },
      [on(pause, 120, 300)],
      { disk: { syncLatency: constant(90) } },
    );
    simulation.run(419);
    expect(seenBy(simulation)).toEqual(["110 deliver 100"]);
    simulation.run(520);
    expect(seenBy(simulation)).toEqual([
      ...["110 deliver 100", "420 timer early", "420 synced s", "420 deliver 200"],
      ...["420 deliver 300", "420 timer late", "420 deliver 400", "510 deliver 500"],
    ]);
    expect(effective(simulation, "pause")).toBe(1);
  });

  it("does not hold up the disk: what was written is durable in time", () => {
    const simulation = simulate(
      {
        onStart: (env) => {
          env.disk.append("log", BYTES);
          env.disk.sync("log");
        },
      },
      [on(pause, 10, 500)],
    );
    simulation.run(20);
    expect(simulation.hosts[0]!.durable("log")?.sizeBytes).toBe(3);
    expect(seenBy(simulation)).toEqual([]);
  });

  it("ends when the last of several has, and delays a start", () => {
    const stop: Fault = { kind: "stop", hosts: ["n1"], at: 120, lasting: 20 };
    const simulation = simulate({}, [stop, on(pause, 130, 100), on(pause, 200, 85)]);
    simulation.run(350);
    expect(seenBy(simulation)).toEqual(["110 deliver 100", "285 start", "310 deliver 300"]);
  });

  it("loses what waits when the machine crashes, and the node starts at its end", () => {
    const crash: Fault = { kind: "crash", hosts: ["n1"], at: 250, lasting: 30 };
    const simulation = simulate({ onStart: (env) => env.setTimer("t", 150) }, [
      on(pause, 120, 200),
      crash,
    ]);
    simulation.run(450);
    expect(seenBy(simulation)).toEqual([...["110 deliver 100", "320 start", "410 deliver 400"]]);
  });

  it("leaves a timer that waits to its owner, who may cancel it or set it again", () => {
    const simulation = simulate(
      {
        onStart: (env) => {
          env.setTimer("cancelled", 215);
          env.setTimer("moved", 220);
          env.setTimer("kept", 230);
        },
        onMessage: (env, _from, message) => {
          if (message !== "200") return;
          env.cancelTimer("cancelled");
          env.setTimer("moved", 40);
        },
      },
      [on(pause, 120, 180)],
    );
    simulation.run(350);
    expect(seenBy(simulation)).toEqual([
      ...["110 deliver 100", "300 deliver 200", "300 timer kept", "310 deliver 300"],
      "340 timer moved",
    ]);
    expect(simulation.violation).toBeUndefined();
  });

  it("is no effect where nothing came", () => {
    const simulation = simulate({}, [on(pause, 120, 50)]);
    simulation.run(300);
    expect(effective(simulation, "pause")).toBe(0);
  });

  it("shows to invariants first that something waits, and then the event itself", () => {
    const seen: unknown[][] = [];
    const simulation = simulate({}, [on(pause, 120, 100)], {
      invariants: [
        {
          name: "LOOK",
          onStep: ({ now, server, event: { kind, host, from, payload } }) => {
            const shown = [now, kind, host?.id, server?.id, from, payload];
            seen.push([...shown, server?.inboxCount]);
            return undefined;
          },
        },
      ],
    });
    simulation.run(220);
    expect(seen.slice(-4).filter(([, kind]) => kind !== "fault ends")).toEqual([
      [200, "timer", "n2", "n2", undefined, "tell", 0],
      [210, "inbox", "n1", "n1", undefined, undefined, 1],
      [220, "deliver", "n1", "n1", "n2", "200", 0],
    ]);
    expect(simulation.hosts[0]!.inboxCountMax).toBe(1);
    expect(simulation.metrics.summary()["inbox, most events"]).toBe(1);
  });

  it("loses nothing to a cut that begins after it has arrived", () => {
    const cut = on(isolate(["n1"]), 215, 10);
    const simulation = simulate({}, [on(pause, 120, 150), cut]);
    simulation.run(280);
    expect(seenBy(simulation)).toEqual(["110 deliver 100", "270 deliver 200"]);
  });
});

describe("slowCpu", () => {
  it("handles each event at the end of its time, one after the other", () => {
    const simulation = simulate(
      { onStart: (env) => env.setTimer("t", 215), onTimer: (env) => env.send("n1", "note") },
      [on(slow(30), 120, 150)],
    );
    simulation.run(320);
    expect(seenBy(simulation)).toEqual([
      // What arrives at 210 is done at 240, the timer of 215 at 270, its message of 280 at once.
      ...["110 deliver 100", "240 deliver 200", "270 timer t", "280 deliver note"],
      "310 deliver 300",
    ]);
    expect(effective(simulation, "slowCpu")).toBe(1);
  });

  it("adds up with others and with what the run's processors cost anyway", () => {
    const faults = [on(slow(30), 120, 100), on(slow(7), 150, 100)];
    const cpu = { perEvent: constant(1), hosts: { n2: constant(0) } };
    const simulation = simulate({}, faults, { cpu });
    simulation.run(400);
    expect(seenBy(simulation)).toEqual([
      // The start takes its microsecond as well.
      ...["1 start", "111 deliver 100", "248 deliver 200", "311 deliver 300"],
    ]);
  });

  it("lets a pause stop the clock of what is being worked on", () => {
    const simulation = simulate({}, [on(slow(40), 120, 150), on(pause, 220, 100)]);
    simulation.run(420);
    // Ten of its forty microseconds have passed at 220.
    expect(seenBy(simulation)).toEqual([
      ...["110 deliver 100", "350 deliver 200", "350 deliver 300", "410 deliver 400"],
    ]);
  });

  it("draws its costs so that no other fault has a part in them", () => {
    const fault: Fault = {
      ...{ kind: "slowCpu", hosts: ["n1"], at: 1_050, lasting: 900, perEvent: uniform(1, 90) },
    };
    const [alone, after] = [[fault], [on(slow(9), 120, 500), fault]].map((faults) => {
      const simulation = simulate({}, faults);
      simulation.run(2_000);
      return seenBy(simulation).filter((line) => Number.parseInt(line, 10) > 1_100);
    });
    expect(after).toEqual(alone);
    expect(new Set(alone!.map((line) => Number.parseInt(line, 10) % 100)).size).toBeGreaterThan(5);
  });

  it("is no effect where nothing came, or where it costs nothing", () => {
    const simulation = simulate({}, [on(slow(30), 120, 50), on(slow(0), 180, 200)]);
    simulation.run(500);
    expect(effective(simulation, "slowCpu")).toBe(0);
    expect(seenBy(simulation)).toContain("210 deliver 200");
  });
});

describe("memoryLimit", () => {
  const limit = (bytesMax: number): FaultKind => ({ kind: "memoryLimit", hosts: ["n1"], bytesMax });
  /** Two queues of 10 bytes for each message; the node says no more once it is dead. */
  const queueing: Script = {
    onMessage: (env, _from, message) => {
      env.emit("gauge", { name: "in", bytes: Number(message) / 10 });
      env.emit("gauge", { name: "out", bytes: Number(message) / 10 });
      env.emit("handled", message);
    },
  };
  const handled = (simulation: Run): unknown[] =>
    simulation.trace.filter(({ kind, payload }) => {
      return kind === "emit" && JSON.stringify(payload).includes("handled");
    });

  it("kills the node that says it uses more, at that word, and it starts again soon", () => {
    const simulation = simulate(queueing, [on(limit(50), 50, 200_000)]);
    simulation.run(100_305);
    expect(seenBy(simulation).length).toBe(3);
    simulation.run(100_310);
    expect(handled(simulation).length).toBe(2);
    // 30 and 20 bytes are enough, 30 and 30 are not.
    const [stop] = simulation.trace.filter(({ kind }) => kind === "stop");
    expect([stop?.at, stop?.note]).toEqual([310, "out of memory at 60 bytes"]);
    expect(seenBy(simulation)[3]).toBe("100310 start");
    expect(effective(simulation, "memoryLimit")).toBe(1);
  });

  it("does not hold once it is over: then the node is up again at once", () => {
    const simulation = simulate(queueing, [on(limit(50), 50, 300)]);
    simulation.run(420);
    expect(seenBy(simulation).slice(3)).toEqual(["350 start", "410 deliver 400"]);
    expect(simulation.hosts[0]!.gauges).toEqual(
      new Map([
        ["in", { bytes: 40, bytesMax: 40 }],
        ["out", { bytes: 40, bytesMax: 40 }],
      ]),
    );
    expect(simulation.metrics.summary()["in, most bytes"]).toBe(40);
  });

  it("kills at once when it is exceeded already; the least of several holds", () => {
    // By two names, as one name of one host is not given two limits at a time.
    const least: FaultKind = { kind: "memoryLimit", hosts: ["servers"], bytesMax: 10 };
    const faults = [on(limit(1_000), 50, 1_000), on(least, 150, 100)];
    const simulation = simulate(queueing, faults);
    simulation.run(260);
    expect(seenBy(simulation)).toEqual(["110 deliver 100", "250 start"]);
    simulation.run(1_100);
    expect(effective(simulation, "memoryLimit")).toBe(1);
  });

  it("is no effect where there is room, also when a life before it had used much", () => {
    const stop: Fault = { kind: "stop", hosts: ["n1"], at: 220, lasting: 10 };
    const script: Script = {
      onMessage: (env, _from, message) => {
        if (message === "200") env.emit("gauge", { name: "in", bytes: 900 });
      },
    };
    const simulation = simulate(script, [stop, on(limit(50), 240, 200)]);
    simulation.run(500);
    expect(effective(simulation, "memoryLimit")).toBe(0);
    expect(simulation.hosts[0]!.gauges.get("in")).toEqual({ bytes: 0, bytesMax: 900 });
  });

  it("says so when a gauge makes no sense", () => {
    const simulation = simulate({ onStart: (env) => env.emit("gauge", { name: "in" }) }, []);
    simulation.run(1);
    expect(simulation.violation?.message).toContain("a gauge without");
  });
});

describe("crashPoint", () => {
  /** At each message: two appends and syncs, three sends, an event. */
  const busy = (env: Env<string>, _from: string, message: string): void => {
    env.disk.append("log", BYTES);
    env.disk.sync(message);
    env.send("n2", `first of ${message}`);
    env.send("n2", `second of ${message}`);
    env.emit("done", message);
    env.setTimer("after", 5);
    env.send("n2", `third of ${message}`);
  };
  const sent = (simulation: Run): unknown[] =>
    simulation.trace.filter(({ kind, host }) => kind === "send" && host === "n1").map(textOf);
  const textOf = ({ payload }: { readonly payload: unknown }): unknown => payload;

  it.each<[string, number, readonly string[], number]>([
    ["before sync", 0, [], 110],
    ["between sends", 0, ["first of 100"], 110],
    ["between sends", 1, ["first of 100", "second of 100"], 110],
    ["emit done", 0, ["first of 100", "second of 100"], 110],
    ["after sync", 0, ["first of 100", "second of 100", "third of 100"], 130],
  ])("%s, after %d more, ends the handler right there", (name, after, messages, at) => {
    const simulation = simulate({ onMessage: busy }, [on(point(name, after), 50, 300)]);
    simulation.run(345);
    expect(sent(simulation)).toEqual(messages);
    expect(seenBy(simulation, /^(crash|timer|synced)$/)).toEqual(
      at === 110 ? ["110 crash"] : ["115 timer after", "130 crash"],
    );
    expect(simulation.hosts[0]!.node).toBeUndefined();
    expect(simulation.violation).toBeUndefined();
    expect(effective(simulation, "crashPoint")).toBe(1);
    simulation.run(360);
    expect(seenBy(simulation, /^start$/)).toEqual(["350 start"]);
  });

  it("strikes once, and counts from its own beginning", () => {
    const simulation = simulate({ onMessage: busy }, [
      on(point("emit done", 1), 150, 300),
      { kind: "stop", hosts: ["n2"], at: 420, lasting: 500 },
    ]);
    simulation.run(1_000);
    expect(seenBy(simulation, /^(crash|start)$/)).toEqual(["310 crash", "450 start"]);
  });

  it("after a sync leaves it durable; before it, nothing is sure to be", () => {
    const left = (name: string): Set<number | undefined> =>
      new Set(
        Array.from({ length: 30 }, (_, seed) => {
          const faults = [on(point(name), 50, 300)];
          const simulation = simulate({ onMessage: busy }, faults, { seed: String(seed) });
          simulation.run(200);
          return simulation.hosts[0]!.durable("log")?.sizeBytes;
        }),
      );
    expect(left("after sync")).toEqual(new Set([3]));
    expect(left("before sync")).toEqual(new Set([undefined, 0, 3]));
  });

  it("cannot be escaped: what a program does after it has caught its end does not count", () => {
    const drawn: number[] = [];
    const stubborn = (isStubborn: boolean): Run => {
      const script: Script = {
        onStart: (env) => void (env.now() > 0 && drawn.push(env.random.int(0, 1e9))),
        onMessage: (env) => {
          try {
            env.send("n2", "last words");
          } catch {
            if (!isStubborn) return;
            env.random.int(0, 9);
            const acts = [
              () => env.send("n2", "more"),
              () => env.emit("more"),
              () => env.setTimer("more", 5),
              () => env.cancelTimer("more"),
              () => env.disk.append("log", BYTES),
              () => env.disk.sync("more"),
              () => env.buggify("more"),
            ];
            for (const act of acts) expect(act).toThrow("the node on n1 is no more");
            throw new RangeError("a last try");
          }
        },
      };
      const simulation = simulate(script, [on(point("between sends"), 50, 300)]);
      simulation.run(500);
      return simulation;
    };
    const [given, stubbornly] = [stubborn(false), stubborn(true)];
    expect(stubbornly.violation).toBeUndefined();
    expect(stubbornly.fingerprint).toBe(given.fingerprint);
    expect(drawn[1]).toBe(drawn[0]);
    expect(stubbornly.hosts[0]!.durable("log")).toBeUndefined();
  });

  it("adds up with other crashes, and two at one point hold the host for both", () => {
    const crash: Fault = { kind: "crash", hosts: ["n1"], at: 300, lasting: 250 };
    const simulation = simulate({ onMessage: busy }, [
      on(point("before sync"), 50, 300),
      on(point("before sync"), 60, 400),
      crash,
    ]);
    simulation.run(560);
    expect(seenBy(simulation, /^start$/)).toEqual(["550 start"]);
    expect(effective(simulation, "crashPoint")).toBe(2);
  });

  it("is no effect where the program does not come to the point", () => {
    const simulation = simulate({ onMessage: busy }, [on(point("emit never"), 50, 300)]);
    simulation.run(500);
    expect(effective(simulation, "crashPoint")).toBe(0);
    expect(sent(simulation).length).toBe(12);
  });

  it("leaves a recorded run its states up to the end, and its fingerprint", () => {
    const faults = [on(point("between sends"), 50, 300)];
    const make = (record: boolean): Run => {
      const simulation = simulate({ onMessage: busy }, faults, { record });
      simulation.run(500);
      return simulation;
    };
    const [plain, recorded] = [make(false), make(true)];
    expect(recorded.fingerprint).toBe(plain.fingerprint);
    const last = recorded.timeline!.steps.findLast(({ host, at }) => host === "n1" && at === 110);
    expect(last?.state).toEqual({ heard: ["start", "100 from n2"] });
  });

  it("shows invariants of a recorded run the state of the fallen node, and no draft", () => {
    const seen: unknown[] = [];
    const look = ({ fallen }: World<ScriptedNode>): undefined => {
      if (fallen !== undefined) seen.push(fallen.state);
    };
    const simulation = simulate({ onMessage: busy }, [on(point("between sends"), 50, 300)], {
      record: true,
      invariants: [{ name: "LOOK", onStep: look }],
    });
    simulation.run(500);
    const kept = simulation.timeline!.steps.findLast(({ host, at }) => host === "n1" && at === 110);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toBe(kept?.state);
  });

  it.each([["after lunch"], ["emit "], ["emit"]])("refuses a point called %s", (name) => {
    expect(() => point(name)).toThrow(
      `fault.point: expected "before sync", "after sync", "between sends" or "emit" and the ` +
        `name of an event, got "${name}"`,
    );
  });
});

it("files for a host that there is none of are refused", () => {
  const files = { n3: new Map([["format", BYTES]]) };
  expect(() => simulate({}, [], { files })).toThrow('files: expected one of n1, n2, got "n3"');
});
