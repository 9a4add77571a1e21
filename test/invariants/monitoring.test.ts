import { describe, expect, it } from "vitest";
import {
  type Probing,
  pagesAreTrue,
  probesTellTheTruth,
  type ShownSample,
  samplesAreTaken,
  standingIsTold,
} from "../../src/invariants/monitoring.ts";
import type { NodeId, Plain } from "../../src/sim/env.ts";
import type { HostView, Invariant, Verdict, World } from "../../src/sim/invariant.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** What a node shows of itself: how many tasks wait. */
interface Worker {
  readonly queue: number;
}

/** Two servers, and a collector whose events a test makes. */
class Watched extends HandMadeWorld<Worker> {
  readonly #invariant: Invariant<Worker>;

  constructor(invariant: Invariant<Worker>) {
    super([invariant], { a: { queue: 0 }, b: { queue: 0 } });
    this.#invariant = invariant;
  }

  /** The collector tells something. */
  told(now: number, event: string, data: Plain): Verdict {
    // What an invariant looks at of a client's step.
    const host = { id: "m" } as HostView;
    const { servers, metrics } = this;
    const step = { now, servers, metrics, server: undefined, sent: [], event: { host } };
    const world = { ...step, emitted: [{ event, data }] } as unknown as World<Worker>;
    return this.#invariant.onStep?.(world);
  }

  goesDown(at: number, id: NodeId): string[] {
    this.host(id).node = undefined;
    return this.event(at, {});
  }
}

const TIMES: Probing<Worker> = {
  ...{ collector: "m", nodes: ["a", "b"], interval: 60, timeout: 5 },
  canAnswer: ({ servers }, node) => servers.find(({ id }) => id === node)?.node !== undefined,
};
const report = (up: readonly string[], down: readonly string[]) => {
  return { up, down, status: down.length > 0 ? 1 : 0 };
};

describe("that probes tell the truth", () => {
  const world = () => new Watched(probesTellTheTruth("PROBE", TIMES));

  it("holds when who was down is reported as down, and status 1 says so", () => {
    const one = world();
    one.goesDown(10, "b");
    expect(one.told(20, "health checked", report(["a"], ["b"]))).toBeUndefined();
    expect(one.metrics.gauged("healthStatus")).toBe(1);
  });

  it("holds when somebody went down after it had answered", () => {
    const one = world();
    one.goesDown(18, "b");
    expect(one.told(20, "health checked", report(["a", "b"], []))).toBeUndefined();
  });

  it("is broken when who was down all the time is reported as up", () => {
    const one = world();
    one.goesDown(10, "b");
    const wrong = one.told(20, "health checked", report(["a", "b"], []));
    expect(wrong).toBe("b is down, and is reported as up");
  });

  it("is broken when a node is left out, and when the status does not fit", () => {
    expect(world().told(20, "health checked", report(["a"], []))).toBe(
      "b is up as well as down, or neither",
    );
    const lie = { ...report(["a"], ["b"]), status: 0 };
    expect(world().told(20, "health checked", lie)).toBe("status 0, 1 down");
  });

  it("is broken as well when who was down is no server", () => {
    const down = new Set<NodeId>();
    const canAnswer = (_: World<Worker>, node: NodeId) => !down.has(node);
    const one = new Watched(probesTellTheTruth("PROBE", { ...TIMES, nodes: ["x"], canAnswer }));
    one.event(1, {});
    down.add("x");
    one.event(10, {});
    expect(one.told(15, "health checked", report(["x"], []))).toBeUndefined();
    const wrong = one.told(20, "health checked", report(["x"], []));
    expect(wrong).toBe("x is down, and is reported as up");
  });
});

describe("that a standing is told in time", () => {
  const world = () => new Watched(standingIsTold("TOLD", TIMES));

  it("holds when it is, and measures how long it took", () => {
    const one = world();
    one.event(0, {});
    one.told(60, "health checked", report(["a", "b"], []));
    one.goesDown(70_000, "b");
    expect(one.told(70_065, "health checked", report(["a"], ["b"]))).toBeUndefined();
    expect(one.metrics.state.samples.get("downToldMs")).toEqual([0]);
  });

  it("is broken when nobody has said so by then", () => {
    const one = world();
    one.event(0, {});
    one.told(60, "health checked", report(["a", "b"], []));
    one.goesDown(70, "b");
    const late = one.event(136, {});
    expect(late).toEqual(["TOLD: b is down since 0.07 ms, and no report has said so"]);
  });
});

describe("that pages are true", () => {
  const right: ShownSample = { name: "queue", node: "a", value: 2, at: 1_005 };
  const shown = (samples: readonly ShownSample[] | undefined) => {
    const truth = ({ server }: World<Worker>) => ({ queue: server!.node!.queue });
    const world = new Watched(pagesAreTrue("PAGE", { read: () => samples, epoch: 1_000, truth }));
    world.host("a").node = { queue: 2 };
    const sent = [{ to: "m", message: { type: "exposition", serial: 1, text: "" } }];
    return world.event(5, { on: "a", sent });
  };

  it("holds when they are, whatever else they say", () => {
    expect(shown([right])).toEqual([]);
    expect(shown([right, { ...right, name: "heat", value: 9 }])).toEqual([]);
  });

  it("is broken by another time, another node, another value, and what cannot be read", () => {
    expect(shown([{ ...right, at: 1_006 }])).toEqual(["PAGE: a: queue of a is of 1006, not 1005"]);
    expect(shown([{ ...right, node: "b" }])).toEqual(["PAGE: a: queue of b is of 1005, not 1005"]);
    expect(shown([{ ...right, value: 1 }])).toEqual(["PAGE: a: queue 1"]);
    expect(shown([])).toEqual(["PAGE: a: queue undefined"]);
    expect(shown(undefined)).toEqual(["PAGE: a: a page that cannot be read"]);
  });
});

describe("that samples are taken", () => {
  const world = (lasting: number) =>
    new Watched(
      samplesAreTaken("SAMPLES", { collector: "m", nodes: ["a", "b"], interval: 10 }, [
        { node: "b", lasting },
      ]),
    );

  it("holds when what is missing is the outage, but for one", () => {
    const one = world(30);
    for (const at of [10, 20, 30, 40, 50]) one.told(at, "scraped", { node: "a" });
    for (const at of [10, 50]) one.told(at, "scraped", { node: "b" });
    expect(one.end(55)).toEqual([]);
    expect(one.metrics.counted("samplesLost")).toBe(3);
  });

  it("is broken when more are missing, and when there are more than there can be", () => {
    const one = world(0);
    for (const at of [10, 20, 30, 40, 50]) one.told(at, "scraped", { node: "a" });
    for (const at of [10, 20, 30]) one.told(at, "scraped", { node: "b" });
    expect(one.end(55)).toEqual(["SAMPLES: b: 2 samples are missing, not 0"]);
    const other = world(30);
    for (const at of [10, 20, 30, 40, 50]) other.told(at, "scraped", { node: "a" });
    for (const at of [10, 20, 30, 40]) other.told(at, "scraped", { node: "b" });
    expect(other.end(55)).toEqual(["SAMPLES: b: 1 samples are missing, not 3"]);
  });
});
