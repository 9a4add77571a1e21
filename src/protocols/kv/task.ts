// What a client of the store may be asked to do.

import { UsageError } from "../../sim/assert.ts";
import { checkCount, checkRecord, checkText } from "../../sim/check.ts";
import type { Operation } from "../../sim/env.ts";
import { isUnicode } from "../codec.ts";
import {
  checkTask,
  type ReadWay,
  type Task,
  type TaskPlace,
  type TaskWords,
} from "../replicated/task.ts";
import type { KvOperation, KvValue } from "./commands.ts";
import { sizedValue } from "./sized-value.ts";

/** How a `get` is answered. */
export type KvRead = ReadWay;

/**
 * Reads an operation of a plan: `{ id, op: "put", key, value }`, `get` and `delete` with a key,
 * `cas` with `expected` and `value`, `add` with a whole number `by`, which answers the sum. Bytes
 * are written `{ hex: "00ff" }`, or `{ sizeBytes: 65536 }` for so many that follow from the
 * operation's id: see {@link sizedValue}. More in {@link checkTask}. Throws a UsageError that names
 * the path.
 */
export function checkKvOperation(
  value: Operation,
  path: string,
  place?: TaskPlace,
): Task<KvOperation> {
  return checkTask(words, value, path, place);
}

const words: TaskWords<KvOperation, KvOperation["op"]> = {
  ops: ["put", "get", "delete", "cas", "add"],
  reads: ["get"],
  readName: "a get",
  check: checkCommand,
};

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
    case "add":
      return { op, key, by: checkCount(value.by, `${path}.by`, 0) };
    default:
      return { op, key };
  }
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
