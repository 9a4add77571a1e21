// A file that is replaced by renaming a new one over it, in the way that is right and in ways that
// are known to lose data: Pillai et al., All File Systems Are Not Created Equal, OSDI 2014.

import { describe, expect, it } from "vitest";
import { VirtualDisk } from "../../../src/sim/disk/disk.ts";
import type { Env, Node } from "../../../src/sim/env.ts";
import type { World } from "../../../src/sim/invariant.ts";
import { crashes } from "../../../src/sim/nemesis.ts";
import { defineScenario, plan, run, type Scenario } from "../../../src/sim/scenario.ts";
import { ms, seconds } from "../../../src/sim/time.ts";

/** What a new version needs before its name is taken, and before it counts. */
interface Habits {
  readonly syncsBytesFirst: boolean;
  readonly syncsName: boolean;
}

const RIGHT: Habits = { syncsBytesFirst: true, syncsName: true };

interface State {
  /** The version that it writes, and the last that it has told of. */
  version: number;
  told: number;
}

/** Keeps a version in the file `state`: 8 bytes, all of the same number. */
class Keeper implements Node<never, State> {
  state: State = { version: 0, told: 0 };
  readonly #env: Env<never>;
  readonly #habits: Habits;

  constructor(env: Env<never>, habits: Habits) {
    this.#env = env;
    this.#habits = habits;
  }

  onStart(): void {
    const bytes = this.#env.disk.read("state");
    this.state.version = bytes?.[0] ?? 0;
    const isWhole = bytes === undefined || bytes.join() === content(this.state.version).join();
    this.#env.emit("found", { version: this.state.version, isWhole });
    this.#env.setTimer("next", ms(5));
  }

  onMessage(): void {}

  onTimer(): void {
    const { disk } = this.#env;
    this.state.version++;
    if (disk.list().includes("new")) disk.remove("new");
    disk.append("new", content(this.state.version));
    if (this.#habits.syncsBytesFirst) disk.sync("bytes", "new");
    else this.onSynced("bytes");
  }

  onSynced(token: string): void {
    const { disk } = this.#env;
    if (token === "bytes") {
      disk.rename("new", "state");
      if (this.#habits.syncsName) disk.syncDirectory("name");
      else this.onSynced("name");
      return;
    }
    this.state.told = this.state.version;
    this.#env.emit("told", { version: this.state.told });
    this.#env.setTimer("next", ms(5));
  }
}

function content(version: number): Uint8Array {
  return new Uint8Array(8).fill(version);
}

/** One keeper, whose power fails now and then. */
function keeping(habits: Habits): Scenario {
  return defineScenario<never, Keeper>({
    name: "keeping",
    about: "One file is replaced again and again.",
    plan: (streams) => ({
      servers: ["n1"],
      disk: { sectorBytes: 4 },
      faults: crashes({ every: { min: ms(20), max: ms(60) }, lasting: { min: 1, max: ms(5) } })(
        streams,
        { servers: ["n1"], from: ms(1), until: ms(900) },
      ),
      horizon: seconds(1),
    }),
    server: (env) => new Keeper(env, habits),
    invariants: () => {
      const invariant = {
        name: "KEPT",
        state: { told: 0 },
        onStep: ({ servers: [host], event }: World<Keeper>) => {
          const { told } = invariant.state;
          const state = host?.node?.state;
          if (state === undefined) return undefined;
          if (event.kind === "start" && state.version < told) {
            return `found version ${state.version} after version ${told} was told`;
          }
          invariant.state.told = Math.max(told, state.told);
          return undefined;
        },
      };
      return [invariant];
    },
  });
}

/** The first of the seeds whose run breaks the invariant. */
function firstBroken(habits: Habits): number | undefined {
  const scenario = keeping(habits);
  const seeds = Array.from({ length: 100 }, (_, i) => i + 1);
  return seeds.find((seed) => run(scenario, plan(scenario, String(seed))).violation !== undefined);
}

describe("a file that is replaced by a rename", () => {
  it("is kept when its bytes are synced before, and its name after", () => {
    expect(firstBroken(RIGHT)).toBeUndefined();
  });

  it("is lost when the rename is durable and the bytes are not", () => {
    expect(firstBroken({ ...RIGHT, syncsBytesFirst: false })).toBeLessThan(100);
  });

  it("is lost when the bytes are durable and the rename is not", () => {
    expect(firstBroken({ ...RIGHT, syncsName: false })).toBeLessThan(100);
  });
});

describe("over all states that a crash can leave after each step of a replacement", () => {
  /** What the file can hold after so many steps. */
  function outcomes(habits: Habits, steps: number): Set<string> {
    const disk = new VirtualDisk(4);
    const act: readonly (() => unknown)[] = [
      () => disk.append("new", content(2)),
      () => habits.syncsBytesFirst && disk.settle(disk.written, disk.scopeOf("new")),
      () => disk.rename("new", "state"),
      () => habits.syncsName && disk.settle(disk.written, "directory"),
    ];
    disk.append("state", content(1));
    disk.settle(disk.written);
    for (const step of act.slice(0, steps)) step();
    const found = disk.crashStates(1_000)!.map((files) => files.get("state")?.join(""));
    return new Set(found.map((bytes) => bytes ?? "nothing"));
  }
  const [OLD, NEW] = ["11111111", "22222222"];

  it("the right way leaves the old one or the new one, and in the end the new one", () => {
    const found = [0, 1, 2, 3, 4].map((steps) => [...outcomes(RIGHT, steps)].sort());
    expect(found).toEqual([[OLD], [OLD], [OLD], [OLD, NEW], [NEW]]);
  });

  it("the wrong ways leave an empty file, zeros, a half, or the old one", () => {
    const unsynced = outcomes({ ...RIGHT, syncsBytesFirst: false }, 4);
    const halves = ["22220000", "00002222"];
    expect(unsynced).toEqual(new Set(["", "00000000", ...halves, NEW]));
    expect(outcomes({ ...RIGHT, syncsName: false }, 4)).toEqual(new Set([OLD, NEW]));
  });
});
