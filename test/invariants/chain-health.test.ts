import { describe, expect, it } from "vitest";
import {
  consensusIsUndisturbed,
  pagesAreTrue,
  probesTellTheTruth,
  type ShownSample,
  samplesAreTaken,
  standingIsTold,
} from "../../src/invariants/chain-health.ts";
import type { ChainView } from "../../src/invariants/chain-view.ts";
import type { NodeId, Plain } from "../../src/sim/env.ts";
import type { HostView, Invariant, Verdict, World } from "../../src/sim/invariant.ts";
import { chainOf, says } from "../support/hand-made-chain.ts";
import { HandMadeWorld } from "../support/hand-made-world.ts";

/** Two servers, and a collector whose events a test makes. */
class Watched extends HandMadeWorld<ChainView> {
  readonly #invariant: Invariant<ChainView>;

  constructor(invariant: Invariant<ChainView>) {
    super([invariant], { a: chainOf(), b: chainOf() });
    this.#invariant = invariant;
  }

  /** The collector tells something. */
  told(now: number, event: string, data: Plain): Verdict {
    // What an invariant looks at of a client's step.
    const host = { id: "m" } as HostView;
    const { servers, metrics } = this;
    const step = { now, servers, metrics, server: undefined, sent: [], event: { host } };
    const world = { ...step, emitted: [{ event, data }] } as unknown as World<ChainView>;
    return this.#invariant.onStep?.(world);
  }

  goesDown(at: number, id: NodeId): string[] {
    this.host(id).node = undefined;
    return this.event(at, {});
  }
}

const TIMES = { collector: "m", interval: 60, timeout: 5 };
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
  const sample = (name: string, value: number): ShownSample => {
    return { name, node: "a", value, at: 1_005 };
  };
  const right = [sample("block_height", 2), sample("finalized_height", 0)];
  const shown = (samples: readonly ShownSample[] | undefined) => {
    const world = new Watched(pagesAreTrue("PAGE", () => samples, 1_000));
    world.host("a").node = chainOf("x", "y");
    const sent = [{ to: "m", message: { type: "exposition", serial: 1, text: "" } }];
    return world.event(5, { on: "a", sent });
  };

  it("holds when they are", () => {
    expect(shown(right)).toEqual([]);
  });

  it("is broken by another time, another node, another height, and what cannot be read", () => {
    expect(shown([{ ...right[0]!, at: 1_006 }])).toEqual([
      "PAGE: a: block_height of a is of 1006, not 1005",
    ]);
    expect(shown([{ ...right[0]!, node: "b" }])).toHaveLength(1);
    expect(shown([sample("block_height", 1), right[1]!])).toEqual(["PAGE: a: block_height 1"]);
    expect(shown([right[0]!, sample("finalized_height", 1)])).toEqual([
      "PAGE: a: finalized_height 1",
    ]);
    expect(shown(undefined)).toEqual(["PAGE: a: a page that cannot be read"]);
  });
});

describe("that samples are taken", () => {
  const world = (lasting: number) =>
    new Watched(
      samplesAreTaken("SAMPLES", { collector: "m", interval: 10 }, [{ node: "b", lasting }]),
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

describe("that consensus is undisturbed", () => {
  const finalized = (height: number) => [says("finalized", { height, hash: "x" })];
  const traceOf = (play: (world: Watched) => void) => {
    const world = new Watched(consensusIsUndisturbed("TRACE"));
    play(world);
    world.end(9);
    return world.metrics.gauged("consensusTrace");
  };
  const sends = (type: string) => [{ to: "b", message: { type } }];
  const usual = traceOf((world) => {
    world.event(1, { on: "a", emitted: finalized(1), sent: sends("votes") });
  });

  it("holds whatever is sent to a collector", () => {
    const same = new Watched(consensusIsUndisturbed("TRACE", () => usual));
    same.event(1, { on: "a", emitted: finalized(1), sent: sends("votes") });
    same.event(2, { on: "a", sent: sends("exposition") });
    expect(same.end(9)).toEqual([]);
  });

  it.each([
    ["another event", 1, finalized(2), "votes"],
    ["another time", 2, finalized(1), "votes"],
    ["another message", 1, finalized(1), "status"],
  ] as const)("is broken by %s", (_, at, emitted, type) => {
    const other = new Watched(consensusIsUndisturbed("TRACE", () => usual));
    other.event(at, { on: "a", emitted, sent: sends(type) });
    expect(other.end(9)).toHaveLength(1);
  });
});
