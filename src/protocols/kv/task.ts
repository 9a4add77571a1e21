// What a client of the store may be asked to do.

import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkList, checkOneOf, checkRecord, checkText } from "../../sim/check.ts";
import type { NodeId, Operation } from "../../sim/env.ts";
import { isUnicode } from "../codec.ts";
import type { MemberChange } from "../raft/raft.ts";
import type { KvOperation, KvValue } from "./commands.ts";
import { sizedValue } from "./sized-value.ts";

/** An operation of the workload: what to do, and perhaps at which server and how. */
export interface KvTask {
  readonly id: string;
  readonly operation: KvOperation | KvAdministration;
  /** Ask this server and no other, once. */
  readonly server: NodeId | undefined;
  readonly read: KvRead;
}

/** What an administrator asks for: who shall take part. */
export interface KvAdministration {
  readonly op: "change";
  readonly changes: readonly MemberChange[];
}

/**
 * How a `get` is answered: `log`, as a command with its place in the log; `index`, once the leader
 * has made sure that it leads; `lease`, at once if nobody else can lead yet; `local`, from what the
 * server holds, which may be out of date.
 */
export type KvRead = (typeof READS)[number];

const READS = ["log", "index", "lease", "local"] as const;

/**
 * Reads an operation of a plan: `{ id, op: "put", key, value }`, `get` and `delete` with a key,
 * `cas` with `expected` and `value`. Bytes are written `{ hex: "00ff" }`, or `{ sizeBytes: 65536 }`
 * for so many that follow from the operation's id: see {@link sizedValue}. `server` pins it to a
 * server, and `read` says how a `get` is answered. `{ id, op: "change", changes }`, a list
 * of `{ kind: "join", id: "n4" }`, changes who takes part. Throws a UsageError that names the path.
 */
export function checkKvOperation(value: Operation, path: string): KvTask {
  const op = checkOneOf(value.op, `${path}.op`, OPS);
  const server = value.server === undefined ? undefined : checkText(value.server, `${path}.server`);
  if (value.read !== undefined && op !== "get") {
    throw new UsageError(`${path}.read: expected only with a get, got ${op}`);
  }
  const read = value.read === undefined ? "log" : checkOneOf(value.read, `${path}.read`, READS);
  const operation = op === "change" ? checkChange(value, path) : checkCommand(op, value, path);
  return { id: value.id, operation, server, read };
}

const OPS = ["put", "get", "delete", "cas", "change"] as const;

function checkCommand(op: KvOperation["op"], value: Operation, path: string): KvOperation {
  const key = checkUnicode(checkText(value.key, `${path}.key`), `${path}.key`);
  switch (op) {
    case "put":
      return { op, key, value: checkValue(value, "value", path) };
    case "cas": {
      const isAbsent = value.expected === undefined || value.expected === null;
      const expected = isAbsent ? undefined : checkValue(value, "expected", path);
      return { op, key, expected, value: checkValue(value, "value", path) };
    }
    default:
      return { op, key };
  }
}

const CHANGES = ["addVoter", "addLearner", "join", "remove"] as const;

function checkChange(value: Operation, path: string): KvAdministration {
  const changes = checkList(value.changes, `${path}.changes`).map((change, i): MemberChange => {
    const at = `${path}.changes[${i}]`;
    const { kind, id } = checkRecord(change, at, ["kind", "id"]);
    return { kind: checkOneOf(kind, `${at}.kind`, CHANGES), id: checkText(id, `${at}.id`) };
  });
  return { op: "change", changes };
}

function checkValue(operation: Operation, field: "value" | "expected", at: string): KvValue {
  const value = operation[field];
  const path = `${at}.${field}`;
  if (typeof value === "string") return checkUnicode(value, path);
  const isRecord = typeof value === "object" && value !== null;
  if (isRecord && "sizeBytes" in value) {
    const { sizeBytes } = checkRecord(value, path, ["sizeBytes"]);
    return sizedValue(operation.id, checkCount(sizeBytes, `${path}.sizeBytes`, 0, SIZE_MAX));
  }
  if (isRecord && "hex" in value && typeof value.hex === "string") {
    const { hex } = value;
    if (/^([0-9a-f]{2})*$/.test(hex)) {
      return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    }
  }
  throw new UsageError(`${path}: expected a text, { hex: "00ff" } or { sizeBytes: 256 }`);
}

/** Of a value, in bytes: it is in the memory of every host. */
const SIZE_MAX = 64 * 1_024 * 1_024;

function checkUnicode(text: string, path: string): string {
  if (isUnicode(text)) return text;
  throw new UsageError(`${path}: expected Unicode, got ${JSON.stringify(text)}`);
}
