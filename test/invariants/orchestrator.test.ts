import { describe, expect, it } from "vitest";
import { measureCatchUp, minorityKnowsNoLeader } from "../../src/invariants/cut-off.ts";
import {
  capacityHolds,
  type HashedView,
  nothingRunsOnTheLost,
  type PlacementView,
  statesAreEqual,
} from "../../src/invariants/orchestrator.ts";
import {
  everyoneHas,
  localReadsGive,
  type NamesView,
  oneWins,
  whatIsAckedIsThere,
} from "../../src/invariants/orchestrator-history.ts";
import {
  batchesReplicate,
  measureRedirects,
  replicatesWithin,
} from "../../src/invariants/replication-time.ts";
import type { Plain } from "../../src/sim/env.ts";
import type { Invariant } from "../../src/sim/invariant.ts";
import { ms, seconds } from "../../src/sim/time.ts";
import { clusterUnder, elect } from "../support/hand-made-cluster.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

describe("that states are equal", () => {
  const made = () => {
    const nodes = { n1: { applied: 0, stateHash: 0 }, n2: { applied: 0, stateHash: 0 } };
    return new HandMadeWorld<HashedView>([statesAreEqual("EQ")], nodes);
  };
  const shows = (world: ReturnType<typeof made>, on: string, applied: number, hash: number) => {
    Object.assign(world.node(on), { applied, stateHash: hash });
    return world.event(1, { on });
  };

  it("is accepted of servers that pass through the same states, one behind the other", () => {
    const world = made();
    expect(shows(world, "n1", 1, 7)).toEqual([]);
    expect(shows(world, "n1", 2, 8)).toEqual([]);
    expect(shows(world, "n2", 1, 7)).toEqual([]);
    expect(shows(world, "n2", 2, 8)).toEqual([]);
  });

  it("is rejected at the first index at which two differ, though they agree later", () => {
    const world = made();
    shows(world, "n1", 1, 7);
    expect(shows(world, "n2", 1, 6)).toEqual([
      "EQ: n2 has applied 1 entries, and its state differs from n1's",
    ]);
  });

  it("is rejected of a server that comes back and does not become what it was", () => {
    const world = made();
    shows(world, "n1", 1, 7);
    world.host("n1").life = 2;
    expect(shows(world, "n1", 1, 6)).toHaveLength(1);
  });
});

type Placed = PlacementView["machine"]["state"];

const UNIT = { cpu: 1, memory: 1, disk: 1 };
const NOTHING = { cpu: 0, memory: 0, disk: 0 };
const twice = { cpu: 2, memory: 2, disk: 2 };

/** What is said of one server with these things. */
function judge(invariant: Invariant<PlacementView>, state: Partial<Placed>): string[] {
  const whole: Placed = { workers: new Map(), vms: new Map(), tasks: new Map(), ...state };
  const world = new HandMadeWorld([invariant], { n1: { applied: 3, machine: { state: whole } } });
  return world.event(1, { on: "n1" });
}

const worker = (status: string, capacity = UNIT, used = UNIT) => {
  return new Map([["w1", { status, capacity, used }]]);
};
const vm = (status: string, name = "v") => new Map([[name, { status, worker: "w1", spec: UNIT }]]);
const task = (status: string, on: string | undefined = "w1") => {
  return new Map([["t", { status, worker: on, needs: UNIT }]]);
};

describe("that capacity holds", () => {
  const holds = () => capacityHolds("CAP");

  it("is accepted of what fits, machines in any state and tasks that are under way", () => {
    expect(judge(holds(), { workers: worker("online"), vms: vm("failed") })).toEqual([]);
    expect(judge(holds(), { workers: worker("online"), tasks: task("running") })).toEqual([]);
    const ended = { workers: worker("online", UNIT, NOTHING), tasks: task("completed") };
    expect(judge(holds(), ended)).toEqual([]);
  });

  it("is rejected of more than a worker has", () => {
    const state = {
      workers: worker("online", UNIT, twice),
      vms: vm("created"),
      tasks: task("assigned"),
    };
    expect(judge(holds(), state)).toEqual([
      "CAP: at index 3 on n1: w1 has 1 cpu, and 2 are placed there",
    ]);
  });

  it("is rejected of a count that is not what is there", () => {
    expect(judge(holds(), { workers: worker("online", twice, twice), vms: vm("created") })).toEqual(
      ["CAP: at index 3 on n1: w1 counts 2 cpu as used, and 1 are placed there"],
    );
  });

  it("is rejected of a place on nobody", () => {
    expect(judge(holds(), { vms: vm("created") })).toEqual([
      "CAP: at index 3 on n1: something is placed on w1, which nobody knows",
    ]);
  });
});

describe("that nothing runs on a lost worker", () => {
  const holds = () => nothingRunsOnTheLost("LOST");

  it("is accepted of live workers, and of what is at rest", () => {
    expect(judge(holds(), { workers: worker("busy"), tasks: task("running") })).toEqual([]);
    expect(judge(holds(), { workers: worker("failed"), vms: vm("stopped") })).toEqual([]);
    expect(judge(holds(), { workers: worker("failed"), tasks: task("completed") })).toEqual([]);
  });

  it.each([
    [{ tasks: task("assigned") }, "t is assigned on w1, which is lost"],
    [{ vms: vm("running") }, "v is running on w1, which is lost"],
    [{ tasks: task("pending") }, "t waits, and is on w1"],
  ])("is rejected of %o", (state, message) => {
    const said = judge(holds(), { workers: worker("failed"), ...state });
    expect(said).toEqual([`LOST: at index 3 on n1: ${message}`]);
  });
});

/** Servers that have some machines. */
function having(invariant: Invariant<NamesView>, ...vms: readonly (readonly string[])[]) {
  const nodes = vms.map((names, i): [string, NamesView] => {
    const state = { vms: new Map(names.map((name) => [name, {}])), tasks: new Map() };
    return [`n${i + 1}`, { applied: 1, machine: { state } }];
  });
  return new HandMadeWorld<NamesView>([invariant], Object.fromEntries(nodes));
}

function told(
  world: ReturnType<typeof having>,
  id: string,
  outcome: "ok" | "info",
  result?: Plain,
) {
  world.history.record(`c-${id}`, "invoke", { id, operation: { op: "create", vm: id } }, 1);
  world.history.record(`c-${id}`, outcome, { id, result }, 2);
}

describe("that what is acknowledged is there", () => {
  it("is accepted of all that was acknowledged, with and without what nobody knows", () => {
    const world = having(whatIsAckedIsThere("ACKED"), ["a", "b"], ["a", "b"]);
    told(world, "a", "ok");
    told(world, "b", "info");
    told(world, "c", "info");
    told(world, "d", "ok", { error: "capacity" });
    expect(world.end(3)).toEqual([]);
    const { gauges } = world.metrics.state;
    const figures = ["acked", "unknown", "unknownButThere"].map((name) => gauges.get(name));
    expect(figures).toEqual([1, 2, 1]);
  });

  it("is rejected when one server lacks it, unless somebody wanted it gone", () => {
    const world = having(whatIsAckedIsThere("ACKED"), ["a"], []);
    told(world, "a", "ok");
    expect(world.end(3)).toEqual(["ACKED: n2 lacks a, which was acknowledged"]);
    world.history.record("c", "invoke", { id: "x", operation: { op: "delete", vm: "a" } }, 3);
    expect(world.end(4)).toEqual([]);
  });

  it("is accepted of one that is behind, or down", () => {
    const world = having(whatIsAckedIsThere("ACKED"), ["a"], [], []);
    told(world, "a", "ok");
    Object.assign(world.node("n2"), { applied: 0 });
    world.host("n3").node = undefined;
    expect(world.end(3)).toEqual([]);
  });

  it("is rejected when there is what nobody asked for", () => {
    const world = having(whatIsAckedIsThere("ACKED"), ["a"]);
    expect(world.end(3)).toEqual(["ACKED: n1 has a, which nobody asked for"]);
  });
});

describe("that everyone has so much", () => {
  it("is accepted when all have it by then, and rejected when one has not", () => {
    const counts = { vms: 1, tasks: 0 };
    const accepted = having(everyoneHas("HAVE", counts, { by: ms(5) }), ["a"], ["b"]);
    expect([...accepted.event(ms(1)), ...accepted.event(ms(9))]).toEqual([]);
    const rejected = having(everyoneHas("HAVE", counts, { by: ms(5) }), ["a"], ["a", "b"]);
    rejected.event(ms(1));
    expect(rejected.event(ms(9))).toEqual([
      "HAVE: not by 5 ms: n1 has 1 machines and 0 tasks, n2 has 2 machines and 0 tasks, " +
        "expected 1 and 0",
    ]);
  });
});

describe("that one wins", () => {
  const race = (...answers: readonly (Plain | "nobody knows")[]) => {
    const world = having(oneWins("WIN", "v"), []);
    answers.forEach((result, i) => {
      const id = `r${i}`;
      world.history.record(id, "invoke", { id, operation: { op: "create", vm: "v" } }, 1);
      const outcome = result === "nobody knows" ? "info" : "ok";
      world.history.record(id, outcome, { id, result }, 2);
    });
    return world.end(3);
  };
  const exists = { error: "exists" };

  it("is accepted of one that is told so, and of none while somebody has no answer", () => {
    expect(race({ worker: "w1" }, exists, exists)).toEqual([]);
    expect(race("nobody knows", exists)).toEqual([]);
  });

  it("is rejected of two, of none, and of another error", () => {
    expect(race({ worker: "w1" }, { worker: "w2" })).toEqual(["WIN: v is made by r0 and r1"]);
    expect(race(exists, exists)).toEqual(["WIN: nobody makes v"]);
    expect(race({ worker: "w1" }, { error: "capacity" })).toEqual(["WIN: r1 is told capacity"]);
  });
});

describe("that local reads give what is expected", () => {
  const read = (at: number, value: Plain) => {
    const world = having(
      localReadsGive("READ", 5, () => ({ status: "created" })),
      [],
    );
    world.history.record(
      "c",
      "invoke",
      { id: "r", operation: { op: "status", isLocal: true } },
      at,
    );
    world.history.record("c", "ok", { id: "r", result: { value } }, at + 1);
    return world.end(9);
  };

  it("is accepted when they do, and of any that come before", () => {
    expect(read(5, { status: "created", worker: "w1" })).toEqual([]);
    expect(read(4, { error: "not-found" })).toEqual([]);
  });

  it("is rejected when they do not", () => {
    expect(read(5, { error: "not-found" })).toEqual([
      'READ: r finds status undefined, expected "created"',
    ]);
  });
});

describe("that what is acknowledged is soon on every server", () => {
  const made = (invariant: Invariant<{ readonly applied: number }>) =>
    new HandMadeWorld<{ applied: number }>([invariant], { n1: { applied: 3 }, n2: { applied: 2 } });
  const acknowledge = (world: ReturnType<typeof made>, id: string) => {
    world.history.record("c", "invoke", { id, operation: { op: "create", vm: "v" } }, ms(1));
    world.history.record("c", "ok", { id }, ms(2));
    return world.event(ms(2), { from: "n1" });
  };
  const span = { from: 0, until: seconds(1) };

  it("is accepted when the last has applied it in time, and is measured", () => {
    const world = made(replicatesWithin("SOON", span, ms(5)));
    acknowledge(world, "a");
    world.node("n2").applied = 3;
    expect(world.event(ms(6))).toEqual([]);
    world.end(ms(9));
    expect(world.metrics.state.gauges.get("replicationLagP99Ms")).toBe(4);
  });

  it("is rejected when it has not", () => {
    const world = made(replicatesWithin("SOON", span, ms(5)));
    acknowledge(world, "a");
    expect(world.event(ms(8))).toEqual(["SOON: a is not on every server 5 ms after its answer"]);
  });

  it("batches are measured until all have them, and rejected when that takes too long", () => {
    const world = made(batchesReplicate("BATCH", [1], ms(5)));
    acknowledge(world, "b1.0");
    expect(world.end(ms(3))).toEqual(["BATCH: the batch of 1 is not on every server"]);
    world.node("n2").applied = 3;
    world.event(ms(9));
    expect(world.end(ms(9))).toEqual(["BATCH: the batch of 1 takes 7 ms to be everywhere"]);
    expect(world.metrics.state.gauges.get("replicationMs, 1")).toBe(7);
  });
});

it("requests that are redirected and passed on are counted, each for itself", () => {
  const world = new HandMadeWorld([measureRedirects()], { n1: {} });
  const sent = ["redirect", "forward", "reply", "forward"].map((type) => {
    return { to: "x", message: { type } };
  });
  world.event(1, { on: "n1", sent });
  expect(world.metrics.counted("redirects")).toBe(1);
  expect(world.metrics.counted("forwards")).toBe(2);
});

describe("that the minority knows of no leader", () => {
  const cutOff = () => {
    const cluster = clusterUnder([minorityKnowsNoLeader("KNOWS", seconds(1))]);
    elect(cluster, "n1", 1, ["n2", "n3"]);
    for (const other of ["n1", "n2"]) {
      cluster.cut("n3", other);
      cluster.cut(other, "n3");
    }
    cluster.event(ms(1));
    return cluster;
  };

  it("is accepted when it forgets the old one in time, and is measured", () => {
    const cluster = cutOff();
    cluster.node("n3").leader = undefined;
    expect(cluster.event(ms(901), { on: "n3" })).toEqual([]);
    expect(cluster.metrics.state.samples.get("partitionDetectedMs")).toEqual([900]);
    expect(cluster.event(seconds(9), { on: "n3" })).toEqual([]);
  });

  it("is rejected when it does not, and of nobody once the cut is over", () => {
    const cluster = cutOff();
    expect(cluster.event(seconds(2), { on: "n1" })).toEqual([
      "KNOWS: n3 follows n1, and is in the minority since 1 ms",
    ]);
    cluster.heal();
    cluster.event(seconds(3));
    expect(cluster.event(seconds(4), { on: "n1" })).toEqual([]);
  });
});

describe("the measure of catching up", () => {
  it("counts what those behind lack, and what is sent to them until they have it", () => {
    const nodes = { n1: { commit: 9, applied: 9 }, n2: { commit: 4, applied: 4 } };
    const world = new HandMadeWorld([measureCatchUp(ms(5))], nodes);
    world.event(ms(4), { on: "n1", sent: [{ to: "n2", message: { type: "append" } }] });
    world.event(ms(5), { on: "n1", sent: [{ to: "n2", message: { type: "append" } }] });
    Object.assign(world.node("n2"), { commit: 9, applied: 9 });
    world.event(ms(8), { on: "n2" });
    const { samples } = world.metrics.state;
    expect(samples.get("catchUpEntries")).toEqual([5]);
    expect(samples.get("catchUpMs")).toEqual([3]);
    expect(samples.get("catchUpBytes")?.[0]).toBeGreaterThan(10);
  });
});
