// The operations of a plan, as clients read them.

import { describe, expect, it } from "vitest";
import { sizedValue } from "../../../src/protocols/kv/sized-value.ts";
import { checkKvOperation } from "../../../src/protocols/kv/task.ts";
import type { Operation } from "../../../src/sim/env.ts";

const PUT = { op: "put", key: "k", value: "v" };

describe("checkKvOperation", () => {
  const read = (operation: Omit<Operation, "id">) =>
    checkKvOperation({ id: "o", ...operation }, "o");

  it.each([
    [PUT, PUT],
    [
      { op: "get", key: "k" },
      { op: "get", key: "k" },
    ],
    [
      { op: "delete", key: "k" },
      { op: "delete", key: "k" },
    ],
    [
      { op: "cas", key: "k", expected: "a", value: "b" },
      { op: "cas", key: "k", expected: "a", value: "b" },
    ],
    [
      { op: "cas", key: "k", expected: null, value: "b" },
      { op: "cas", key: "k", expected: undefined, value: "b" },
    ],
    [
      { op: "add", key: "k", by: 2 },
      { op: "add", key: "k", by: 2 },
    ],
    [
      { op: "change", changes: [{ kind: "join", id: "n4" }] },
      { op: "change", changes: [{ kind: "join", id: "n4" }] },
    ],
    [
      { op: "transfer", to: "n2" },
      { op: "transfer", to: "n2" },
    ],
    [
      { op: "put", key: "k", value: { hex: "00ff" } },
      { op: "put", key: "k", value: Uint8Array.of(0, 255) },
    ],
    [
      { op: "put", key: "k", value: { hex: "" } },
      { op: "put", key: "k", value: Uint8Array.of() },
    ],
  ])("reads %o", (operation, expected) => {
    expect(read(operation)).toEqual({
      id: "o",
      operation: expected,
      server: undefined,
      read: "log",
    });
  });

  it("makes a value of a size from the operation's id", () => {
    const put = { op: "put", key: "k", value: { sizeBytes: 5_000 } };
    const { value } = read(put).operation as { readonly value: Uint8Array };
    expect(value).toEqual(sizedValue("o", 5_000));
    expect(read({ ...put, key: "l" }).operation).toMatchObject({ value });
  });

  it("reads where and how", () => {
    const where = { op: "get", key: "k", server: "n2", read: "local" };
    expect(read(where)).toMatchObject({ server: "n2", read: "local" });
  });

  it.each([
    [{ op: "increment", key: "k" }, "o.op: expected"],
    [{ op: "add", key: "k", by: -1 }, "o.by: expected a whole number"],
    [{ op: "add", key: "k" }, "o.by: expected a whole number"],
    [{ op: "get" }, "o.key: expected a text"],
    [{ op: "put", key: "k" }, "o.value: expected a text, "],
    [{ op: "put", key: "k", value: { hex: "0f0" } }, "o.value: expected a text, "],
    [{ op: "put", key: "k", value: { hex: "0G" } }, "o.value: expected a text, "],
    [{ op: "put", key: "k", value: { sizeBytes: -1 } }, "o.value.sizeBytes: expected"],
    [{ op: "put", key: "k", value: { sizeBytes: 2 ** 26 + 1 } }, "o.value.sizeBytes: expected"],
    [{ op: "put", key: "k", value: { sizeBytes: 1, hex: "00" } }, "o.value.hex: unknown field"],
    [{ op: "cas", key: "k", expected: 1, value: "v" }, "o.expected: expected a text, "],
    [{ op: "get", key: "\ud800" }, "o.key: expected Unicode"],
    [{ op: "put", key: "k", value: "\ud800" }, "o.value: expected Unicode"],
    [{ ...PUT, server: 1 }, "o.server: expected a text"],
    [{ ...PUT, read: "index" }, "o.read: expected only with a get, got put"],
    [{ op: "get", key: "k", read: "dirty" }, "o.read: expected one of log, index, lease, local"],
  ])("refuses %o", (operation, message) => {
    expect(() => read(operation)).toThrow(message);
  });
});
