import { describe, expect, it } from "vitest";
import { checkChainOperation } from "../../../src/protocols/block-sync/client/task.ts";

describe("an operation of the chain", () => {
  it("may be to wait for a height", () => {
    const operation = { id: "w", op: "wait", node: "a", height: 3 };
    expect(checkChainOperation(operation, "operations[0]")).toEqual(operation);
  });

  it("may be to ping a node, or to keep the line to it busy", () => {
    const ping = { id: "p", op: "ping", node: "a", count: 100, interval: 5_000 };
    const window = { sizeBytes: 20_000, windowCount: 13 };
    const fill = { id: "f", op: "fill", node: "a", ...window, lasting: 500_000 };
    expect(checkChainOperation(ping, "operations[0]")).toEqual(ping);
    expect(checkChainOperation(fill, "operations[0]")).toEqual(fill);
    expect(() => checkChainOperation({ ...ping, count: 0 }, "operations[0]")).toThrow(
      "operations[0].count: expected",
    );
  });

  it("is refused with a height that is none", () => {
    const operation = { id: "w", op: "wait", node: "a", height: -1 };
    expect(() => checkChainOperation(operation, "operations[0]")).toThrow(
      "operations[0].height: expected",
    );
  });

  it("is refused with a field that it does not have", () => {
    const operation = { id: "w", op: "wait", node: "a", height: 1, interval: 2 };
    expect(() => checkChainOperation(operation, "operations[0]")).toThrow(
      "operations[0].interval: unknown field",
    );
  });
});
