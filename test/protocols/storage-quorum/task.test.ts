import { describe, expect, it } from "vitest";
import { checkStorageQuorumOperation } from "../../../src/protocols/storage-quorum/task.ts";
import { UsageError } from "../../../src/sim/assert.ts";
import type { Operation } from "../../../src/sim/env.ts";

const read = (operation: Omit<Operation, "id">): unknown =>
  checkStorageQuorumOperation({ id: "o1", ...operation }, "operation");

const UPLOAD = { op: "upload", name: "notes", sizeBytes: 5, fill: 7 };

describe("an operation of a plan", () => {
  it.each([
    { op: "register" },
    { op: "login" },
    { op: "list" },
    { op: "stats" },
    { op: "peers" },
    UPLOAD,
    { op: "download", file: "c1/notes" },
    { op: "info", file: "c1/notes" },
    { op: "blocks", limit: 1, offset: 0 },
    { op: "drain", node: "n1" },
  ])("may be %j, for the client itself and with the right credentials", (operation) => {
    expect(read(operation)).toEqual({
      ...{ id: "o1", user: undefined, token: "right", password: "right" },
      request: operation,
    });
  });

  it("may be for a user, with wrong credentials or with none", () => {
    expect(read({ op: "list", user: "bob", token: "none", password: "wrong" })).toEqual({
      ...{ id: "o1", user: "bob", token: "none", password: "wrong" },
      request: { op: "list" },
    });
  });

  it("may be an upload of nothing", () => {
    expect(read({ ...UPLOAD, sizeBytes: 0 })).toMatchObject({ request: { sizeBytes: 0 } });
  });

  it.each([
    [
      { op: "share" },
      "operation.op: expected one of register, login, upload, download, info, list",
    ],
    [{}, "operation.op: expected one of register"],
    [{ ...UPLOAD, name: "" }, 'operation.name: expected a text, got ""'],
    [
      { ...UPLOAD, sizeBytes: -1 },
      "operation.sizeBytes: expected a whole number in [0, 134217728]",
    ],
    [{ ...UPLOAD, sizeBytes: 134_217_729 }, "operation.sizeBytes: expected a whole number in"],
    [{ ...UPLOAD, fill: 0.5 }, "operation.fill: expected a whole number of at least 0, got 0.5"],
    [{ ...UPLOAD, bytes: 3 }, "operation.bytes: unknown field"],
    [{ op: "download" }, "operation.file: expected a text, got nothing"],
    [{ op: "info", file: 3 }, "operation.file: expected a text, got 3"],
    [{ op: "blocks", limit: 1 }, "operation.offset: expected a whole number of at least 0"],
    [{ op: "blocks", limit: -1, offset: 0 }, "operation.limit: expected a whole number"],
    [{ op: "drain" }, "operation.node: expected a text, got nothing"],
    [{ op: "list", limit: 1 }, "operation.limit: unknown field"],
    [{ op: "list", user: "" }, 'operation.user: expected a text, got ""'],
    [{ op: "list", user: "a/b" }, 'operation.user: expected a name without "/" and ":", got "a/b"'],
    [{ op: "list", user: "a:b" }, 'operation.user: expected a name without "/" and ":", got "a:b"'],
    [
      { op: "list", token: "old" },
      'operation.token: expected one of right, none, wrong, got "old"',
    ],
    [{ op: "list", password: true }, "operation.password: expected one of right, none, wrong"],
  ])("is refused as %j", (operation, message) => {
    expect(() => read(operation)).toThrow(UsageError);
    expect(() => read(operation)).toThrow(message);
  });
});
