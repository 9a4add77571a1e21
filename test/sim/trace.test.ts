import { describe, expect, it } from "vitest";
import type { Fault } from "../../src/sim/fault.ts";
import { isolate } from "../../src/sim/faults/cuts-by-hand.ts";
import { constant } from "../../src/sim/random/distribution.ts";
import { Simulation } from "../../src/sim/simulation.ts";
import { formatPlain, formatTrace, type TraceEntry } from "../../src/sim/trace.ts";
import { scripted } from "../support/scripted.ts";

describe("plain data on a line", () => {
  it.each<[unknown, string]>([
    ["hello", "hello"],
    [3, "3"],
    [true, "true"],
    [undefined, "undefined"],
    [null, "null"],
    [[1, "a", [2]], "[1, a, [2]]"],
    [{ type: "vote", term: 3 }, "{type: vote, term: 3}"],
    [new Map([["n1", { next: 1 }]]), "{n1: {next: 1}}"],
    [new Set(["n1", "n2"]), "{n1, n2}"],
    [Uint8Array.of(0, 15, 255), "0x000fff"],
    [new Uint8Array(16).fill(1), `0x${"01".repeat(16)}`],
    [new Uint8Array(17).fill(1), `0x${"01".repeat(16)}… 17 bytes`],
    [{}, "{}"],
  ])("%o reads %s", (value, text) => {
    expect(formatPlain(value)).toBe(text);
  });
});

describe("a line of the trace", () => {
  const entry = { step: 12, at: 1_234_567, host: "n1", peer: undefined, note: undefined };
  const fault: Fault = { kind: "stop", hosts: ["n1"], at: 5_000, lasting: 1_000 };

  it.each<[Pick<TraceEntry, "kind" | "payload"> & Partial<TraceEntry>, string]>([
    [{ kind: "send", payload: { term: 3 }, peer: "n2" }, "send to n2 {term: 3}"],
    [{ kind: "deliver", payload: "ping", peer: "n2" }, "receive from n2 ping"],
    [
      { kind: "lost at a dead host", payload: "ping", peer: "n2" },
      "lost at a dead host from n2 ping",
    ],
    [{ kind: "drop", payload: "ping", peer: "n2", note: "cut" }, "drop to n2 ping (cut)"],
    [{ kind: "emit", payload: { event: "leader", data: { term: 3 } } }, "emit leader {term: 3}"],
    [{ kind: "emit", payload: { event: "leader", data: undefined } }, "emit leader"],
    [{ kind: "fault begins", payload: fault }, "fault begins: at 5 ms for 1 ms: stop n1"],
    [{ kind: "fault ends", payload: fault }, "fault ends: at 5 ms for 1 ms: stop n1"],
    [{ kind: "start", payload: undefined }, "start"],
    [{ kind: "timer", payload: "tick" }, "timer tick"],
    [{ kind: "crash", payload: undefined, note: "lost 3" }, "crash (lost 3)"],
  ])("says what happened: %#", (part, text) => {
    expect(formatTrace([{ ...entry, ...part }])).toBe(`    #12    1234.567 ms n1   ${text}`);
  });

  it("leaves the host out when it was the weather", () => {
    const line = formatTrace([{ ...entry, host: undefined, kind: "fault ends", payload: fault }]);
    expect(line).toContain("ms      fault ends");
  });
});

describe("the trace of a run", () => {
  const n1 = scripted({
    onStart: (env) => {
      env.send("n2", "hello");
      env.disk.append("log", Uint8Array.of(1));
      env.emit("up");
    },
  });
  const servers = { n1, n2: scripted() };
  const network = { latency: constant(5) };
  const faults: readonly Fault[] = [
    { kind: "crash", hosts: ["n1"], at: 3, lasting: 10 },
    { ...isolate(["n2"]), at: 4, lasting: 10 },
  ];

  it("has each event and what came of it, in order", () => {
    const simulation = new Simulation({ seed: "1", servers, network, faults, trace: true });
    simulation.run(20);
    const crashed = simulation.trace.find(({ kind }) => kind === "crash")!;
    const seen = simulation.trace.map(({ step, at, host, kind }) => [step, at, host, kind]);
    expect(seen).toEqual(
      [
        [1, 0, "n1", "start"],
        [1, 0, "n1", "send"],
        [1, 0, "n1", "emit"],
        [2, 0, "n2", "start"],
        [3, 3, "n1", "crash"],
        [3, 3, undefined, "fault begins"],
        [4, 4, undefined, "fault begins"],
        [5, 5, "n1", "drop"],
        [6, 13, undefined, "fault ends"],
        [7, 13, "n1", "start"],
        [7, 13, "n1", "send"],
        [7, 13, "n1", "drop"],
        [7, 13, "n1", "emit"],
        [8, 14, undefined, "fault ends"],
      ].toSorted(([a], [b]) => Number(a) - Number(b)),
    );
    expect(crashed.note).toMatch(/^of the writes not synced kept [01], lost [01]/);
  });

  it("is empty unless it is asked for", () => {
    const simulation = new Simulation({ seed: "1", servers, network, faults });
    simulation.run(20);
    expect(simulation.trace).toEqual([]);
  });
});
