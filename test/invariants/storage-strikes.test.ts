import { describe, expect, it } from "vitest";
import { gaugeEndsAt, operationsEndAs } from "../../src/invariants/storage-endings.ts";
import {
  confirmationsComeAt,
  isNeverUpAgain,
  isStruckAt,
  measureWaiting,
} from "../../src/invariants/storage-strikes.ts";
import { restartedAreDistrusted } from "../../src/invariants/storage-trust.ts";
import { block, CHUNK_BYTES, HandMadeStorage } from "../support/hand-made-storage.ts";

const store = { type: "store", call: 1, address: "a", data: new Uint8Array(CHUNK_BYTES) };
const stored = { type: "stored", call: 1, error: undefined };

describe("a node that is struck", () => {
  const moment = { hasReceived: true, isDurable: true, hasConfirmed: false };
  const sent = (): HandMadeStorage => {
    const world = new HandMadeStorage(isStruckAt("STRUCK", "n3", moment));
    world.event(1, { on: "backend", sent: [{ to: "n3", message: store }] });
    return world;
  };
  const falls = (world: HandMadeStorage): string[] => {
    world.event(9, { on: "n3", kind: "timer", falls: true });
    return world.end(20);
  };

  it("at the moment meant is accepted", () => {
    const world = sent();
    world.event(2, { on: "n3", payload: store });
    expect(falls(world)).toEqual([]);
  });

  it("while it stands still is struck, too", () => {
    const world = sent();
    world.event(2, { on: "n3", payload: store });
    world.event(3, { on: "n3", kind: "inbox" });
    expect(world.end(20)).toEqual([]);
  });

  it("too early is rejected", () => {
    const struck = '"not received, not durable, not confirmed"';
    const message = `n3 was struck at ${struck}, expected "received, durable, not confirmed"`;
    expect(falls(sent())).toEqual([`STRUCK: ${message}`]);
  });

  it("too late is rejected", () => {
    const world = sent();
    world.event(2, { on: "n3", payload: store });
    world.event(3, { on: "n3", kind: "synced", sent: [{ to: "backend", message: stored }] });
    expect(falls(world)).toHaveLength(1);
  });

  it("never is rejected", () => {
    expect(sent().end(20)).toEqual(["STRUCK: n3 was not struck"]);
  });

  it("and never sent anything is rejected", () => {
    const world = new HandMadeStorage(isStruckAt("STRUCK", "n3", {}));
    expect(falls(world)).toEqual(["STRUCK: n3 was never sent a replica"]);
  });
});

describe("a late confirmation", () => {
  const comesAt = (at: number): string[] => {
    const world = new HandMadeStorage(confirmationsComeAt("LATE", ["n2"], 1_000));
    world.emits(1_000, "block opened", { file: "c1/f" });
    world.event(1_500, { on: "backend", from: "n1", payload: stored });
    world.event(at, { on: "backend", from: "n2", payload: stored });
    return world.end(9_000);
  };

  it("comes when it is meant to", () => {
    expect(comesAt(2_000)).toEqual([]);
  });

  it("comes too soon", () => {
    const message = "the first confirmation came after 0.999 ms, not 1 ms";
    expect(comesAt(1_999)).toEqual([`LATE: ${message}`]);
  });
});

describe("a backend whose ledger has rotted", () => {
  const world = (): HandMadeStorage => new HandMadeStorage(isNeverUpAgain("HALTED", 10));

  it("halts", () => {
    const storage = world();
    storage.emits(1, "serving");
    storage.emits(11, "halted");
    expect(storage.end(20)).toEqual([]);
  });

  it("does not serve", () => {
    const message = "the backend serves on the strength of a ledger that has rotted";
    expect(world().emits(11, "serving")).toEqual([`HALTED: ${message}`]);
  });

  it("does not go unnoticed", () => {
    expect(world().end(20)).toEqual(["HALTED: the backend did not halt"]);
  });
});

describe("the measure of waiting blocks", () => {
  it("counts those that are open as the backend goes down", () => {
    const world = new HandMadeStorage(measureWaiting("backend"));
    world.has(block("c1/a", "pending", ["n1"]));
    world.has(block("c1/b", "confirmed", ["n1", "n2"]));
    world.emits(1, "block opened", { file: "c1/a" });
    world.event(2, { on: "backend", falls: true });
    world.event(3);
    expect(world.metrics.counted("openWhenDown")).toBe(1);
  });
});

describe("a node in another life", () => {
  const peers = (life: number) => ({ type: "peerList", peers: [{ name: "n1", life }] });
  const hears = (life: number, isProven: boolean): string[] => {
    const world = new HandMadeStorage(restartedAreDistrusted("DISTRUST"));
    const held = block("c1/f", "confirmed", ["n1"]);
    world.has(held);
    world.event(1, { on: "backend", payload: peers(7) });
    const replica = { node: "n1", address: "a" };
    const holders = new Map([["n1", { replica, isProven }]]);
    world.has({ ...held, chunks: [{ ...held.chunks[0]!, holders }] });
    return world.event(2, { on: "backend", payload: peers(life) });
  };
  const message = "c1/f 0 n1 counts, and has not been proven since the node was started";

  it.each([
    [7, true, []],
    [8, false, []],
    [8, true, [`DISTRUST: ${message}`]],
  ])("life %i after 7, proven %s: %j", (life, isProven, said) => {
    expect(hears(life, isProven)).toEqual(said);
  });

  it("counts again once it has passed a challenge", () => {
    const world = new HandMadeStorage(restartedAreDistrusted("DISTRUST"));
    world.has(block("c1/f", "confirmed", ["n1"]));
    world.event(1, { on: "backend", payload: peers(7) });
    const emitted = [{ event: "challenge passed", data: { file: "c1/f", chunk: 0, node: "n1" } }];
    world.event(2, { on: "backend", payload: peers(8) });
    world.event(3, { on: "backend", emitted });
    expect(world.event(4, { on: "backend" })).toEqual([]);
  });
});

describe("an operation whose end is known", () => {
  const ending = { outcome: "ok", result: { n: 1, list: [{ a: 1 }] }, within: 10, notWithin: 2 };
  const world = (): HandMadeStorage => {
    const storage = new HandMadeStorage(operationsEndAs("ENDINGS", { up: ending as never }));
    storage.history.record("c1", "invoke", { id: "up", operation: {} }, 100);
    storage.event(100);
    return storage;
  };
  const ends = (at: number, outcome: "ok" | "fail", result: never): string[] => {
    const storage = world();
    storage.history.record("c1", outcome, { id: "up", result }, at);
    return storage.event(at);
  };

  it("ends as it should, and may say more", () => {
    expect(ends(110, "ok", { n: 1, m: 2, list: [{ a: 1, b: 2 }] } as never)).toEqual([]);
  });

  it.each([
    ["with another outcome", 105, "fail", { n: 1, list: [{ a: 1 }] }],
    ["with another result", 105, "ok", { n: 2, list: [{ a: 1 }] }],
    ["with a longer list", 105, "ok", { n: 1, list: [{ a: 1 }, { a: 2 }] }],
    ["without a result", 105, "ok", undefined],
    ["too soon", 101, "ok", { n: 1, list: [{ a: 1 }] }],
  ] as const)("ends %s", (_what, at, outcome, result) => {
    expect(ends(at, outcome, result as never)).toHaveLength(1);
  });

  it("does not end", () => {
    expect(world().end(200)).toEqual(["ENDINGS: up: has not ended within 0.01 ms"]);
  });
});

describe("a gauge", () => {
  it.each([
    [0, []],
    [1, ["RATE: rate is 1, expected 0"]],
  ])("that ends at %i: %j", (value, said) => {
    const world = new HandMadeStorage(gaugeEndsAt("RATE", "rate", 0));
    world.metrics.gauge("rate", value);
    expect(world.end(1)).toEqual(said);
  });

  it("that was never measured is rejected", () => {
    const world = new HandMadeStorage(gaugeEndsAt("RATE", "rate", 0));
    expect(world.end(1)).toEqual(["RATE: rate is not measured, expected 0"]);
  });
});
