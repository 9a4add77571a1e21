import { describe, expect, it } from "vitest";
import {
  blocksAreSettled,
  confirmsAtQuorum,
  consensusTakesAtMost,
  finalIsDurable,
  measureConfirmations,
  nothingIsOpen,
} from "../../src/invariants/storage-finality.ts";
import { everyChunkHasItsQuorum, statusIsFinal } from "../../src/invariants/storage-quorum.ts";
import { block, HandMadeStorage } from "../support/hand-made-storage.ts";

const file = "c1/f";
const rule = { confirmationsMin: 2, quorum: { numerator: 2, denominator: 3 } };

describe("a block that was opened", () => {
  const opened = (): HandMadeStorage => {
    const world = new HandMadeStorage(blocksAreSettled("FINAL", 10));
    world.has(block(file, "pending", ["n1"]));
    world.emits(1_000, "block opened", { file });
    return world;
  };
  const late = ["FINAL: c1/f is still open 0.01 ms after it was opened"];

  it("may be settled just in time", () => {
    const world = opened();
    expect(world.emits(1_010, "block settled", { file, status: "rejected" })).toEqual([]);
    expect(world.end(2_000)).toEqual([]);
  });

  it("is missed when it stays open", () => {
    expect(opened().event(1_011)).toEqual(late);
  });

  it("is not waited for when a crash has taken it", () => {
    const world = opened();
    world.blocks.clear();
    world.emits(1_005, "serving");
    expect(world.end(2_000)).toEqual([]);
  });

  it("is not waited for when it was settled as the power failed", () => {
    const world = opened();
    world.has(block(file, "confirmed", ["n1", "n2"]));
    world.emits(1_005, "serving");
    expect(world.end(2_000)).toEqual([]);
  });

  it("is waited for over a restart", () => {
    const world = opened();
    world.emits(1_005, "serving");
    expect(world.event(1_011)).toEqual(late);
  });
});

describe("blocks that are open", () => {
  const ends = (...statuses: ("pending" | "rejected")[]): string[] => {
    const world = new HandMadeStorage(nothingIsOpen("OPEN", { from: 5, by: 10 }));
    for (const [i, status] of statuses.entries()) world.has(block(`c1/${i}`, status, ["n1"]));
    world.event(6, { on: "backend" });
    return world.end(20);
  };

  it("are none", () => {
    expect(ends("rejected", "rejected")).toEqual([]);
  });

  it("are too many", () => {
    expect(ends("rejected", "pending")).toEqual(["OPEN: not by 0.01 ms: open are c1/1"]);
  });
});

describe("a quorum", () => {
  const world = (): HandMadeStorage => new HandMadeStorage(confirmsAtQuorum("AT-QUORUM", rule));
  const held = (node: string) => ({ event: "replica held", data: { file, chunk: 0, node } });
  const decided = { event: "block decided", data: { file, status: "confirmed" } };

  it("of two of three decides as it is complete", () => {
    const storage = world();
    storage.has(block(file, "pending", ["n1"]));
    expect(storage.event(1, { on: "backend", emitted: [held("n1")] })).toEqual([]);
    storage.has(block(file, "pending", ["n1", "n2"]));
    expect(storage.event(2, { on: "backend", emitted: [held("n2"), decided] })).toEqual([]);
    storage.has(block(file, "confirmed", ["n1", "n2", "n3"]));
    expect(storage.event(3, { on: "backend", emitted: [held("n3")] })).toEqual([]);
  });

  it("that does not decide is rejected", () => {
    const storage = world();
    storage.has(block(file, "pending", ["n1", "n2"]));
    const said = storage.event(2, { on: "backend", emitted: [held("n2")] });
    expect(said).toEqual(["AT-QUORUM: c1/f has its quorum with n2, and is not confirmed"]);
  });

  it("of one chunk of two is none", () => {
    const storage = world();
    storage.has(block(file, "pending", ["n1", "n2"], ["n1"]));
    expect(storage.event(2, { on: "backend", emitted: [held("n2")] })).toEqual([]);
  });

  it("that decides out of nothing is rejected", () => {
    const storage = world();
    storage.has(block(file, "pending", ["n1", "n2"]));
    const said = storage.event(2, { on: "backend", emitted: [decided] });
    const message = "c1/f is confirmed, and nobody has confirmed anything of it just now";
    expect(said).toEqual([`AT-QUORUM: ${message}`]);
  });
});

describe("a node that is there twice", () => {
  it("is one of those that a quorum needs", () => {
    const world = new HandMadeStorage(everyChunkHasItsQuorum("SQ-QUORUM", rule, () => false));
    const twice = block(file, "pending", ["n1"]);
    const [[, holder]] = [...twice.chunks[0]!.holders] as [[string, never]];
    world.has({
      ...twice,
      chunks: [
        {
          ...twice.chunks[0]!,
          holders: new Map([
            ["n1", holder],
            ["N1", holder],
          ]),
        },
      ],
    });
    const said = world.emits(1, "block decided", { file, status: "confirmed" });
    expect(said).toEqual(["SQ-QUORUM: chunk 0 of c1/f is confirmed by 1, and 2 are required"]);
  });
});

describe("what is final", () => {
  const confirmed = (): HandMadeStorage => {
    const world = new HandMadeStorage(statusIsFinal("SQ-STATUS"));
    world.has(block(file, "confirmed", ["n1", "n2"]));
    world.emits(1, "block settled", { file, status: "confirmed" });
    return world;
  };
  const gone = ["SQ-STATUS: c1/f was confirmed, and is not there any more"];

  it("stays so", () => {
    expect(confirmed().end(9)).toEqual([]);
  });

  it("is missed after a restart", () => {
    const world = confirmed();
    world.blocks.clear();
    expect(world.emits(2, "serving")).toEqual(gone);
  });

  it("is not asked of a backend that has halted", () => {
    const world = confirmed();
    world.blocks.clear();
    world.event(2, { on: "backend", kind: "start" });
    world.emits(2, "halted");
    expect(world.end(9)).toEqual([]);
  });

  it("is so, too, when it was settled as the power failed", () => {
    const world = new HandMadeStorage(statusIsFinal("SQ-STATUS"));
    world.has(block(file, "confirmed", ["n1", "n2"]));
    world.emits(1, "serving");
    world.blocks.clear();
    expect(world.end(9)).toEqual(gone);
  });
});

describe("an end of a block", () => {
  const told = (durableBytes: number): string[] => {
    const world = new HandMadeStorage(finalIsDurable("DURABLE", "ledger"));
    const backend = world.host("backend");
    const { blocks } = world;
    backend.bytes = new Uint8Array(durableBytes);
    backend.node = { state: {}, blocks, ledgerBytes: 10 };
    world.event(1, { on: "backend" });
    backend.node = { state: {}, blocks, ledgerBytes: 15 };
    world.emits(2, "block decided", { file, status: "confirmed" });
    return world.emits(3, "block settled", { file, status: "confirmed" });
  };

  it("is told when its decision is durable", () => {
    expect(told(15)).toEqual([]);
  });

  it("is not to be told when only what was before is durable", () => {
    const message = "c1/f is settled, and its decision is not among the 10 durable bytes";
    expect(told(10)).toEqual([`DURABLE: ${message}`]);
  });
});

describe("consensus", () => {
  const settled = (status: string, took: number): string[] => {
    const world = new HandMadeStorage(consensusTakesAtMost("TIME", 2_000));
    return world.emits(1, "block settled", { file, status, took });
  };

  it.each([
    ["confirmed", 2_000],
    ["rejected", 9_000],
  ])("that is %s after %i µs is accepted", (status, took) => {
    expect(settled(status, took)).toEqual([]);
  });

  it("that takes longer is rejected", () => {
    expect(settled("confirmed", 2_001)).toEqual([
      "TIME: c1/f took 2.001 ms, at most 2 ms is allowed",
    ]);
  });

  it("is measured by each node's first confirmation", () => {
    const world = new HandMadeStorage(measureConfirmations());
    world.has(block(file, "pending", []));
    world.emits(10, "block opened", { file });
    world.emits(14, "replica held", { file, chunk: 0, node: "n1" });
    world.emits(15, "replica held", { file, chunk: 0, node: "n1" });
    world.emits(19, "replica held", { file, chunk: 0, node: "n2" });
    world.emits(20, "block settled", { file, status: "rejected" });
    expect([...world.metrics.state.samples]).toEqual([
      ["confirmation 1", [4]],
      ["confirmation 2", [9]],
    ]);
    expect(world.metrics.counted("timeouts")).toBe(1);
  });
});
