import { describe, expect, it } from "vitest";
import type { DiskOptions } from "../../../src/sim/disk/disk-options.ts";
import type { Env } from "../../../src/sim/env.ts";
import type { Fault, FaultKind } from "../../../src/sim/fault.ts";
import { constant, uniform } from "../../../src/sim/random/distribution.ts";
import { Simulation } from "../../../src/sim/simulation.ts";
import type { Snapshot } from "../../../src/sim/snapshot.ts";
import { brief, type Script, type ScriptedNode, scripted } from "../../support/scripted.ts";

type Run = Simulation<string, ScriptedNode>;

const SECTOR = 4;
const hosts = ["n1"];
const on = (kind: FaultKind, at: number, lasting: number): Fault => ({ ...kind, at, lasting });
const crash = (at: number): Fault => ({ kind: "crash", hosts, at, lasting: 1 });
const SURE = { hosts, probability: 1 } as const;

/** One host with a slow disk of small sectors, of which all may be damaged. */
function simulate(
  script: Script,
  faults: readonly Fault[],
  disk: Partial<DiskOptions> = {},
  snapshot?: Snapshot,
): Run {
  const options = {
    ...{ seed: "1", servers: { n1: scripted(script) }, faults, trace: true },
    disk: { syncLatency: constant(10), sectorBytes: SECTOR, damagedHostsMax: 1, ...disk },
  };
  return new Simulation<string, ScriptedNode>(options, snapshot);
}

/** The simulation at the end of a run of 1,000 us. */
function played(...given: Parameters<typeof simulate>): Run {
  const simulation = simulate(...given);
  simulation.run(1_000);
  expect(simulation.violation).toBeUndefined();
  return simulation;
}

/** A script that does something at each of some times, counted from its first start. */
function plan(steps: Readonly<Record<number, (env: Env<string>) => void>>): Script {
  return {
    onStart: (env) => {
      for (const at of Object.keys(steps)) {
        if (Number(at) >= env.now()) env.setTimer(at, Number(at) - env.now());
      }
    },
    onTimer: (env, name) => steps[Number(name)]!(env),
  };
}

const append = (env: Env<string>, ...bytes: number[]): void => {
  const error = env.disk.append("log", Uint8Array.from(bytes));
  env.emit("append", error === undefined ? "done" : { kind: error.kind });
};
const look = (env: Env<string>): void => env.emit("read", [...(env.disk.read("log") ?? [])]);

/** What was emitted under a name. */
function emitted(simulation: Run, name: string): unknown[] {
  return simulation.trace
    .filter(({ kind }) => kind === "emit")
    .map(({ payload }) => payload as { event: string; data: unknown })
    .filter(({ event }) => event === name)
    .map(({ data }) => data);
}

const effective = (simulation: Run, kind: Fault["kind"]): number | undefined =>
  simulation.faults.get(kind)?.effective;

describe("slowDisk", () => {
  const slow = (added: number): FaultKind => ({ kind: "slowDisk", hosts, added: constant(added) });
  const script = plan({ 5: (env) => env.disk.sync("a"), 50: (env) => env.disk.sync("b") });

  it("lets syncs that begin while it lasts take longer, and others not", () => {
    const simulation = played(script, [on(slow(100), 0, 6)]);
    const synced = brief(simulation.trace).filter((line) => line.endsWith("synced"));
    expect(synced).toEqual(["60 n1 synced", "115 n1 synced"]);
    expect(effective(simulation, "slowDisk")).toBe(1);
  });

  it("adds up", () => {
    const simulation = played(script, [on(slow(100), 0, 6), on(slow(7), 1, 6)]);
    expect(brief(simulation.trace).at(-1)).toBe("122 n1 synced");
  });

  it("does nothing where no sync begins, or where it adds nothing", () => {
    expect(effective(played(script, [on(slow(100), 10, 30)]), "slowDisk")).toBe(0);
    expect(effective(played(script, [on(slow(0), 0, 100)]), "slowDisk")).toBe(0);
  });

  it("has draws of its own: another one moves none of them", () => {
    const first: Fault = { ...on(slow(0), 0, 6), ...{ added: uniform(1, 1_000_000) } } as Fault;
    const syncedAt = (faults: readonly Fault[]): number => {
      const simulation = simulate(script, faults);
      simulation.run(2_000_000);
      return simulation.trace.findLast(({ kind }) => kind === "synced")!.at;
    };
    const alone = syncedAt([first]);
    expect(syncedAt([on(slow(7), 1, 6), first])).toBe(alone + 7);
  });
});

describe("diskFull", () => {
  const full = (freeBytes: number): FaultKind => ({ kind: "diskFull", hosts, freeBytes });
  const script = plan({
    5: (env) => append(env, 1, 2, 3),
    20: (env) => append(env, 4, 5, 6),
    30: (env) => append(env, 7),
    40: (env) => {
      env.disk.truncate("log", 1);
      append(env, 8, 9);
    },
    60: (env) => append(env, 1, 2, 3, 4, 5, 6),
    70: look,
  });

  it("refuses what would take more, changes nothing then, and takes it when room is freed", () => {
    const simulation = played(script, [on(full(2), 10, 40)]);
    expect(emitted(simulation, "append")).toEqual([
      ...["done", { kind: "full" }, "done", "done", "done"],
    ]);
    expect(emitted(simulation, "read")).toEqual([[1, 8, 9, 1, 2, 3, 4, 5, 6]]);
    expect(effective(simulation, "diskFull")).toBe(1);
  });

  it("leaves the least room of several", () => {
    // By two names, as one name of one host is not given two amounts at a time.
    const other: FaultKind = { kind: "diskFull", hosts: ["servers"], freeBytes: 0 };
    const simulation = played(script, [on(full(2), 10, 15), on(other, 15, 20)]);
    expect(emitted(simulation, "append").slice(1, 3)).toEqual([{ kind: "full" }, { kind: "full" }]);
  });

  it("does nothing where there is room enough", () => {
    expect(effective(played(script, [on(full(100), 10, 80)]), "diskFull")).toBe(0);
  });

  it("is for the whole run when the disk is small", () => {
    const simulation = played(script, [], { capacityBytes: 5 });
    expect(emitted(simulation, "append")).toEqual([
      ...["done", { kind: "full" }, "done", "done", { kind: "full" }],
    ]);
  });
});

describe("failedSync", () => {
  const failed: FaultKind = { kind: "failedSync", ...SURE };
  const errors = {
    onSynced: (env: Env<string>, token: string, error?: unknown) =>
      env.emit("synced", [token, error === undefined ? "well" : "io"]),
  };
  const script = {
    ...plan({
      5: (env) => {
        append(env, 1, 1, 1, 1);
        env.disk.sync("a");
      },
      30: (env) => {
        append(env, 2, 2, 2, 2);
        env.disk.sync("b");
      },
      50: look,
    }),
    ...errors,
  };

  it("tells the node, and what it covered is read, and not durable by a later sync", () => {
    const simulation = simulate(script, [on(failed, 0, 20)]);
    simulation.run(50);
    expect(emitted(simulation, "synced")).toEqual([
      ["a", "io"],
      ["b", "well"],
    ]);
    expect(emitted(simulation, "read")).toEqual([[1, 1, 1, 1, 2, 2, 2, 2]]);
    const contents = simulation.crashStates("n1", 10)!.map((files) => files.get("log")!.join(""));
    expect(contents.sort()).toEqual(["00002222", "11112222"]);
    expect(effective(simulation, "failedSync")).toBe(1);
  });

  it("strikes a share of syncs, each by a draw of its own", () => {
    const steps = Array.from({ length: 400 }, (_, i) => [
      i,
      (env: Env<string>) => env.disk.sync("s"),
    ]);
    const many = { ...plan(Object.fromEntries(steps)), ...errors };
    const given: Fault = { kind: "failedSync", hosts, probability: 1 / 4, at: 0, lasting: 900 };
    const count = (simulation: Run): number =>
      emitted(simulation, "synced").filter((data) => String(data).endsWith("io")).length;
    const found = count(played(many, [given]));
    expect(found).toBeGreaterThan(60);
    expect(found).toBeLessThan(140);
    expect(count(played(many, [{ ...given, at: 600, lasting: 10 }]))).toBe(0);
  });

  it("does nothing where no sync comes back", () => {
    expect(effective(played(script, [on(failed, 0, 15)]), "failedSync")).toBe(0);
  });
});

/** Writes three sectors one after the other, syncs each, and looks after a crash at 100. */
const sectors = plan({
  5: (env) => append(env, 1, 1, 1, 1),
  6: (env) => env.disk.sync("1"),
  20: (env) => append(env, 2, 2, 2, 2),
  21: (env) => env.disk.sync("2"),
  40: (env) => append(env, 3, 3, 3, 3),
  41: (env) => env.disk.sync("3"),
  90: look,
  110: look,
});

describe("lostWrites", () => {
  const lost: FaultKind = { kind: "lostWrites", ...SURE };

  it("are read until a crash, although the disk says that they are durable", () => {
    const simulation = simulate(sectors, [on(lost, 25, 10), crash(100)]);
    simulation.run(95);
    expect([...simulation.hosts[0]!.durable("log")!.bytes.subarray(0, 12)]).toEqual([
      ...[1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
    ]);
    simulation.run(1_000);
    expect(emitted(simulation, "read")).toEqual([
      [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3],
      [1, 1, 1, 1, 0, 0, 0, 0, 3, 3, 3, 3],
    ]);
    expect(effective(simulation, "lostWrites")).toBe(1);
  });

  it("survive the end of the process, and are there after all when written again", () => {
    const again = plan({
      5: (env) => append(env, 1, 1, 1, 1),
      6: (env) => env.disk.sync("1"),
      30: (env) => env.disk.write("log", Uint8Array.of(2), 1),
      31: (env) => env.disk.sync("2"),
      110: look,
    });
    const stop: Fault = { kind: "stop", hosts, at: 20, lasting: 1 };
    const simulation = played(again, [on(lost, 0, 20), stop, crash(100)]);
    expect(emitted(simulation, "read")).toEqual([[1, 2, 1, 1]]);
  });

  it("do nothing where nothing is written", () => {
    expect(effective(played(sectors, [on(lost, 60, 30)]), "lostWrites")).toBe(0);
  });
});

describe("misdirectedWrites", () => {
  const astray: FaultKind = { kind: "misdirectedWrites", ...SURE };

  it("leave their own place as it was and overwrite another sector, after a crash", () => {
    const simulation = played(sectors, [on(astray, 45, 20), crash(100)]);
    const [before, after] = emitted(simulation, "read") as number[][];
    expect(before).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
    expect([
      [3, 3, 3, 3, 2, 2, 2, 2, 0, 0, 0, 0],
      [1, 1, 1, 1, 3, 3, 3, 3, 0, 0, 0, 0],
    ]).toContainEqual(after);
    expect(effective(simulation, "misdirectedWrites")).toBe(1);
  });

  it("do nothing where there is no other place", () => {
    expect(effective(played(sectors, [on(astray, 0, 18)]), "misdirectedWrites")).toBe(0);
  });
});

describe("bitRot", () => {
  const rot = (bits: number, sparedBytes = 0, files: string[] = []): FaultKind => ({
    ...{ kind: "bitRot", hosts, files, bits, sparedBytes },
  });
  const wrongBits = (read: unknown): number => {
    const expected = [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3];
    return (read as number[]).reduce((sum, byte, i) => {
      return sum + [...(byte ^ expected[i]!).toString(2)].filter((bit) => bit === "1").length;
    }, 0);
  };

  it("flips so many bits of durable bytes, for reads at once, and leaves them so", () => {
    const simulation = played(sectors, [on(rot(1), 80, 5), crash(100)]);
    const read = emitted(simulation, "read");
    expect(read.map(wrongBits)).toEqual([1, 1]);
    expect(read[0]).toEqual(read[1]);
    expect(effective(simulation, "bitRot")).toBe(1);
  });

  it("spares the end of a file, and files that are not named", () => {
    const spared = played(sectors, [on(rot(30, 8), 80, 5)]);
    const [read] = emitted(spared, "read") as number[][];
    expect(read!.slice(4)).toEqual([2, 2, 2, 2, 3, 3, 3, 3]);
    expect(wrongBits(read)).toBeGreaterThan(10);
    const others = played(sectors, [on(rot(30, 0, ["other"]), 80, 5)]);
    expect(effective(others, "bitRot")).toBe(0);
  });

  it("does nothing where nothing is durable", () => {
    expect(effective(played(sectors, [on(rot(30), 10, 5)]), "bitRot")).toBe(0);
  });
});

describe("damage", () => {
  const rot: FaultKind = { kind: "bitRot", hosts, files: [], bits: 1, sparedBytes: 0 };

  it("is withheld where the plan allows none: offered, and not injected", () => {
    const simulation = played(sectors, [on(rot, 80, 5)], { damagedHostsMax: 0 });
    expect(simulation.faults.get("bitRot")).toEqual({ offered: 1, injected: 0, effective: 0 });
    const [begins] = simulation.trace.filter(({ kind }) => kind === "fault begins");
    expect(begins?.note).toBe("is withheld");
  });

  it("may strike the same host again, and no other, also after a snapshot", () => {
    const server = scripted(sectors);
    const faults = ["n1", "n2", "n1"].map((id, i) => on({ ...rot, hosts: [id] }, 60 + 10 * i, 5));
    const options = {
      ...{ seed: "1", servers: { n1: server, n2: server }, faults },
      disk: { syncLatency: constant(10), damagedHostsMax: 1 },
    };
    const first = new Simulation(options);
    first.run(65);
    const rest = new Simulation(options, first.snapshot());
    rest.run(1_000);
    expect(rest.faults.get("bitRot")).toEqual({ offered: 3, injected: 2, effective: 2 });
  });
});

describe("faults of disks together", () => {
  const chance = { hosts, probability: 1 / 2 } as const;
  const faults: readonly Fault[] = [
    { kind: "slowDisk", hosts, added: uniform(1, 30), at: 100, lasting: 500 },
    { kind: "diskFull", hosts, freeBytes: 3, at: 200, lasting: 400 },
    { kind: "failedSync", ...chance, at: 150, lasting: 400 },
    { kind: "lostWrites", ...chance, at: 50, lasting: 600 },
    { kind: "misdirectedWrites", ...chance, at: 150, lasting: 600 },
    { kind: "bitRot", hosts, files: ["log"], bits: 2, sparedBytes: 0, at: 300, lasting: 10 },
    ...[250, 500, 800].map(crash),
  ];
  const steps = Array.from({ length: 90 }, (_, i) => {
    const act = (env: Env<string>): void => {
      const { disk } = env;
      const size = disk.sizeOf("log");
      append(env, ...Array.from({ length: 1 + (i % 6) }, () => i));
      if (i % 4 === 0 && size > 0) disk.write("log", Uint8Array.of(i, i), env.random.int(0, size));
      if (i % 9 === 0 && size > 9) disk.truncate("log", size - 9);
      if (i % 11 === 0 && size > 0) disk.rename("log", "old");
      if (i % 3 === 0) disk.sync(String(i));
      if (i % 7 === 0) disk.syncDirectory(`d${i}`);
      look(env);
    };
    return [i * 10 + 3, act] as const;
  });
  const script = plan(Object.fromEntries(steps));

  const finish = (simulation: Run): unknown => {
    simulation.run(1_000);
    const { fingerprint, violation } = simulation;
    return {
      fingerprint,
      violation,
      faults: simulation.faults,
      files: simulation.snapshot().hosts,
    };
  };

  it("end the same from a snapshot at any time, and leave no trouble behind", () => {
    const whole = simulate(script, faults);
    const expected = finish(whole);
    expect([...whole.faults.values()].map((count) => count.effective)).toEqual([
      ...[1, 1, 1, 1, 1, 1, 3],
    ]);
    expect(whole.violation).toBeUndefined();
    for (let at = 40; at < 900; at += 53) {
      const first = simulate(script, faults);
      first.run(at);
      expect(finish(simulate(script, faults, {}, first.snapshot()))).toEqual(expected);
    }
    expect(whole.snapshot().hosts[0]!.disk.troubles).toEqual([]);
  });
});

describe("a power failure at the will of the user", () => {
  it("can be played through with each of the states that it could leave", () => {
    const script = plan({ 5: (env) => append(env, 1, 1, 1, 1, 2, 2), 60: look });
    const first = simulate(script, []);
    first.run(50);
    const found = first.crashStates("n1", 100)!.map((files) => {
      const branch = simulate(script, [], {}, first.snapshot());
      branch.crash("n1", files);
      branch.run(1_000);
      expect(branch.hosts[0]!.life).toBe(2);
      return String(emitted(branch, "read")[0]);
    });
    const whole = ["1,1,1,1,2,2", "0,0,0,0,2,2", "1,1,1,1,0,0", "0,0,0,0,0,0"];
    expect(new Set(found)).toEqual(new Set(["", ...whole]));
  });
});
