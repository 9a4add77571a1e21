import { describe, expect, it } from "vitest";
import { checkLinearizability } from "../../src/invariants/linearizability.ts";
import { keyValueModel } from "../../src/invariants/models/key-value.ts";
import { callsOf } from "../../src/invariants/recorded-calls.ts";
import { findScenario } from "../../src/scenarios/catalogue.ts";
import {
  showValue,
  storeWords,
  wordsWithLocalReads,
  wordsWithoutLeases,
} from "../../src/scenarios/store-words.ts";
import { plan, run } from "../../src/sim/scenario.ts";

describe("local reads, which may be out of date", () => {
  const scenario = findScenario("raft-linearizable-reads");
  const planned = plan(scenario, "1");
  // The reads of this scenario, asked of any server, and answered from what it holds.
  const operations = planned.operations.map(({ operation, ...rest }, i) => {
    const local = { ...operation, read: "local", server: planned.servers[i % 5]! };
    return { ...rest, operation: operation.op === "get" ? local : operation };
  });
  const { history, violation } = run(scenario, scenario.check({ ...planned, operations }));

  it("are not linearizable", () => {
    const calls = callsOf(history, wordsWithLocalReads);
    expect(checkLinearizability(calls, keyValueModel).verdict).toBe("illegal");
  });

  it("are not judged: all that is left is linearizable", () => {
    const calls = callsOf(history, storeWords);
    expect(violation).toBeUndefined();
    expect(checkLinearizability(calls, keyValueModel).verdict).toBe("ok");
  });
});

describe("lease reads under clocks that drift by more than they allow for", () => {
  const scenario = findScenario("raft-linearizable-reads/drift-beyond-bound");
  const { history, violation } = run(scenario, plan(scenario, "1"));

  it("are not linearizable", () => {
    const calls = callsOf(history, storeWords);
    expect(checkLinearizability(calls, keyValueModel).verdict).toBe("illegal");
  });

  it("are told apart: all that is left is linearizable", () => {
    const calls = callsOf(history, wordsWithoutLeases);
    expect(violation).toBeUndefined();
    expect(checkLinearizability(calls, keyValueModel).verdict).toBe("ok");
  });
});

it("two values never have one text", () => {
  const values = ["", '""', "a", '"a"', "2 bytes 1-2", new Uint8Array(2), new Uint8Array(3)];
  expect(new Set(values.map(showValue)).size).toBe(values.length);
});
