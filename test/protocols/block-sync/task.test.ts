import { describe, expect, it } from "vitest";
import { checkChainOperation } from "../../../src/protocols/block-sync/client/task.ts";

describe("an operation of the chain", () => {
  it("may be to wait for a height", () => {
    const operation = { id: "w", op: "wait", node: "a", height: 3 };
    expect(checkChainOperation(operation, "operations[0]")).toEqual(operation);
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
